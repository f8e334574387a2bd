"""How the plane is measured, in the words of the page that shows the figures."""

from __future__ import annotations

TITLE = "The media plane beside its peers"
COMMAND = "make bench-record"
METHOD = """\
The system under test runs alone on core 0, one at a time; the load, one thread of one other
process, on core 1; both in a network namespace of their own, over its loopback. A person sends 50
voice packets (120 B) and 150 picture packets (1,100 B, frames of three) a second with header
extensions; one picture packet in a hundred is lost each way, asked for by NACK and sent again as
RTX; transport-cc feedback goes both ways every 100 ms where it was negotiated, reports once a
second, ICE checks every 2.5 s. CPU is the kernel's accounting of all threads of the system under
test (`/proc/PID/stat`), divided by the RTP packets that reached their receivers, retransmissions
among them. Delay is from just before the load's send call to the moment the kernel took the
forwarded packet in for its receiver (`SO_TIMESTAMPNS`), so the load's slowness in reading is no
part of it; the plain echo's figure, by the same load in the same run, is what the kernel and the
load add. Systems are alternated, each figure is the median of at least three windows, and each
window begins after a warm-up. "Others" is what else ran on core 0 meanwhile; a window in which
that was more than 10 %, or the load was late by more than 2 ms (p99), is measured again, at most
three times.
"""
