// An application made of actors: midas lives in its system, and its actors ask for tokens.
//
//   midas simulate --port 8080
//   AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:8080 midas_example_actors
#include <midas/actors.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <iostream>

namespace {

// A token that is published already comes at once, without a message.
void reader(caf::event_based_actor* self, midas::token_service* tokens) {
  midas::request_token(self, *tokens, {.resource = "https://vault.azure.net"},
                       std::chrono::seconds{5})
      .then([](const midas::access_token& token) { std::cout << "got " << token << '\n'; },
            [](const midas::error& error) { std::cerr << error << '\n'; });
}

}  // namespace

int main() {
  caf::actor_system_config config;
  caf::actor_system system{config};
  midas::token_service tokens{system};
  caf::scoped_actor self{system};
  self->wait_for(system.spawn(reader, &tokens), system.spawn(reader, &tokens),
                 system.spawn(reader, &tokens));
}
