// For applications that are made of actors: the front door, and the typed interfaces behind it.
#pragma once

#include <midas/actors/token_service_access.hpp>
#include <midas/messages/protocols.hpp>
#include <midas/midas.hpp>
