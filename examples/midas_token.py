#!/usr/bin/env python3
"""Gets a token in Python, through the C interface and ctypes.

    AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:8080 examples/midas_token.py [LIBRARY]
"""

import ctypes
import sys
from ctypes import POINTER, Structure, c_char_p, c_int, c_int64, c_size_t, c_void_p

midas = ctypes.CDLL(sys.argv[1] if len(sys.argv) > 1 else "libmidas_c.so.1")


class Request(Structure):
    _fields_ = [("size", c_size_t), ("resource", c_char_p), ("identity", c_int),
                ("identity_id", c_char_p), ("claims", c_char_p), ("force_refresh", c_int)]


midas.midas_service_shared.restype = c_void_p
midas.midas_get.restype = c_void_p
midas.midas_get.argtypes = [c_void_p, POINTER(Request), c_int64]
for text in (midas.midas_token, midas.midas_authorization, midas.midas_error_text):
    text.restype, text.argtypes = c_char_p, [c_void_p]
midas.midas_code.argtypes = [c_void_p]
midas.midas_result_free.argtypes = [c_void_p]


def get_token(resource, seconds=5):
    """Python's copy of the token is not wiped. ctypes releases the GIL while midas_get() waits."""
    request = Request(ctypes.sizeof(Request), resource.encode())
    result = midas.midas_get(midas.midas_service_shared(), request, int(seconds * 1000))
    try:
        if midas.midas_code(result) != 0:
            raise RuntimeError(midas.midas_error_text(result).decode())
        return midas.midas_token(result).decode()
    finally:
        midas.midas_result_free(result)


print(f"a token of {len(get_token('https://vault.azure.net'))} bytes")
