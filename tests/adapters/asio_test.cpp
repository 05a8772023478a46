// async_get() with standalone Asio.
#include <midas/adapters/asio.hpp>

#include <asio.hpp>
#if __has_include(<asio/deferred.hpp>)
#include <asio/deferred.hpp>
#define DEFERRED asio::deferred
#else
#include <asio/experimental/deferred.hpp>
#define DEFERRED asio::experimental::deferred
#endif

namespace net = asio;
#define ADAPTER "asio"
#include "tests/adapters/async_get_cases.hpp"
#include "tests/adapters/async_get_slot_cases.hpp"
