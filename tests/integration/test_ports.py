"""The ports that the tests give to the gateways they start."""

from __future__ import annotations

import socket

from tests.support.gateway import free_port


def test_a_port_is_given_once_though_nobody_has_bound_it_yet():
    given = [free_port() for _ in range(500)]
    assert len(set(given)) == len(given)


def test_a_port_is_free_for_both_kinds_of_media():
    port = free_port()
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as listener:
            listener.bind(("127.0.0.1", port))
            assert listener.getsockname()[1] == port
