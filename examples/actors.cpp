// Actors that request tokens. midas runs in the actor system of the application; each actor keeps a
// token_handle, which is cheap to copy and may outlive the token service. The same source is for
// CAF 0.17 and for CAF 1.x.
//
// Try it with the simulated IMDS:
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

using namespace std::chrono_literals;

// Requests a token and ends once it has been answered.
void reader(caf::event_based_actor* self, const midas::token_handle& vault) {
  // One of the callbacks runs in this actor: immediately if the token is cached, otherwise when the
  // answer arrives. The actor does not block in the meantime.
  midas::request_token(self, vault, 5s)
      .then(
          [](const midas::access_token& token) {
            // token.authorization_header().reveal() is the Authorization header to send to the
            // vault. Printing a token shows <redacted> in its place.
            std::cout << "got " + to_string(token) + "\n";
          },
          [](const midas::error& error) { std::cerr << to_string(error) + "\n"; });
}

}  // namespace

int main() {
  // Before the first actor system. CAF 1.x needs it for the messages of midas.
  midas::init_global_meta_objects();
  caf::actor_system_config config;
  caf::actor_system system{config};
  // Declared after the system, which must outlive it.
  midas::token_service tokens{system};
  const auto vault = tokens.for_resource("https://vault.azure.net");

  // The three actors cause one HTTP request.
  caf::scoped_actor self{system};
  self->wait_for(system.spawn(reader, vault), system.spawn(reader, vault),
                 system.spawn(reader, vault));
}
