// What the fragments of the documentation's code may use: the whole public API, and the headers
// that the pages tell their readers to include.
#pragma once

#include <midas/actors.hpp>
#include <midas/file_token_store.hpp>
#include <midas/simulated_host.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

#include <syslog.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <semaphore>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// NOLINTNEXTLINE(google-global-names-in-headers): as the pages assume
using namespace std::chrono_literals;
