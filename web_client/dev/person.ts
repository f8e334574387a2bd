/** A painted somebody, for looking at a session without a camera. */

export function paintPerson(width: number, height: number, who: 0 | 1): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const paint = canvas.getContext('2d');
  if (paint === null) throw new Error('no canvas');
  const [wall, wall2, cloth, skin, hair] =
    who === 0
      ? ['#d9d2c4', '#b9ae9c', '#5d7480', '#d9b49a', '#3b2f2a']
      : ['#c9d3d6', '#9fb0b4', '#8a6f62', '#e0bda4', '#2a2422'];
  const draw = (): void => {
    const light = paint.createLinearGradient(0, 0, width, height);
    light.addColorStop(0, wall);
    light.addColorStop(1, wall2);
    paint.fillStyle = light;
    paint.fillRect(0, 0, width, height);
    const x = width / 2;
    const u = height / 10;
    paint.fillStyle = cloth;
    paint.beginPath();
    paint.ellipse(x, height + u, u * 3.6, u * 4, 0, 0, Math.PI * 2);
    paint.fill();
    paint.fillStyle = skin;
    paint.fillRect(x - u * 0.6, u * 5.2, u * 1.2, u * 2);
    paint.beginPath();
    paint.ellipse(x, u * 4.2, u * 1.5, u * 1.9, 0, 0, Math.PI * 2);
    paint.fill();
    paint.fillStyle = hair;
    paint.beginPath();
    paint.ellipse(x, u * 3.1, u * 1.65, u * 1.25, 0, Math.PI, Math.PI * 2);
    paint.fill();
    paint.beginPath();
    paint.ellipse(x - u * 1.35, u * 4, u * 0.35, u * 1.3, 0, 0, Math.PI * 2);
    paint.ellipse(x + u * 1.35, u * 4, u * 0.35, u * 1.3, 0, 0, Math.PI * 2);
    paint.fill();
  };
  draw();
  window.setInterval(draw, 200);
  const track = canvas.captureStream(10).getVideoTracks()[0];
  if (track === undefined) throw new Error('no track');
  return track;
}
