// A call from page to page with nothing between them: RTCPeerConnection as a browser has it, its
// settings untouched. Descriptions and candidates are carried by the bench.
(() => {
  const direct = { candidates: [] };
  window.direct = direct;

  direct.open = async (audio) => {
    const peer = new RTCPeerConnection();
    direct.peer = peer;
    peer.onicecandidate = ({ candidate }) => {
      if (candidate) direct.candidates.push(candidate.toJSON());
    };
    peer.ontrack = ({ track }) => {
      const element = document.createElement(track.kind);
      element.autoplay = true;
      element.style.maxWidth = '100%'; // as large as our page shows it
      element.srcObject = new MediaStream([track]);
      document.body.append(element);
    };
    const stream = await navigator.mediaDevices.getUserMedia({
      audio, video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
    });
    for (const track of stream.getTracks()) peer.addTrack(track, stream);
  };

  direct.describe = async (remote) => {
    if (remote) await direct.peer.setRemoteDescription(remote);
    await direct.peer.setLocalDescription();
    return direct.peer.localDescription.toJSON();
  };

  direct.accept = (remote) => direct.peer.setRemoteDescription(remote);
  direct.add = async (candidates) => {
    for (const each of candidates) await direct.peer.addIceCandidate(each);
  };
})();
