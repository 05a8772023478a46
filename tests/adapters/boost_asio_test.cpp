// async_get() with Boost.Asio.
#include <midas/adapters/boost_asio.hpp>

#include <boost/asio.hpp>

namespace net = boost::asio;
#define ADAPTER "boost asio"
#include "tests/adapters/async_get_cases.hpp"

// Since Boost 1.80.
#if __has_include(<boost/asio/deferred.hpp>)
#include <boost/asio/deferred.hpp>
#define DEFERRED boost::asio::deferred
#include "tests/adapters/async_get_slot_cases.hpp"
#endif
