// async_get() with Boost.Asio.
#include <midas/adapters/boost_asio.hpp>

#include <boost/asio.hpp>

namespace net = boost::asio;
#define ADAPTER "boost asio"
#include "tests/adapters/async_get_cases.hpp"
