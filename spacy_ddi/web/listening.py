"""Where the service listens."""

from __future__ import annotations

import socket

from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.web.service_settings import ServiceSettings


def bound_socket(settings: ServiceSettings) -> socket.socket:
    """A socket at the address of a service.

    settings (ServiceSettings): Host and port.
    RETURNS (socket.socket): Bound, and not listening yet.
    RAISES (DDIError): If that can't be had.
    """
    host, port = settings.host, settings.port
    bound = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        if bound is not None:
            bound.close()
        problem = (error.strerror or str(error)).lower()
        raise DDIError(Errors.PORT_IN_USE.format(host=host, port=port, problem=problem)) from error
    bound.set_inheritable(True)
    return bound
