// For applications that are made of actors: the front door, and the typed interfaces behind it.
#pragma once

#include "messages/protocols.hpp"
#include "service/token_service_access.hpp"
#include <midas/midas.hpp>
