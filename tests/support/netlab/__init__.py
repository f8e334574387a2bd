"""A bad network between two real ones, changed while a call runs.

A network namespace of its own is joined to the caller's by a pair of TUN devices, one in each. One
process holds both and passes IP packets between them through the link twins of the laboratory
(:mod:`signaling.lab.link`), one for each direction. It is told what to do through a Unix socket.
"""
