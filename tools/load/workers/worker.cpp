#include "tools/load/workers/worker.hpp"

#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "proxy/configuration/listen_address_text.hpp"
#include "tools/command.hpp"
#include "tools/load/workers/message_seal.hpp"
#include "tools/load/workers/worker_arguments.hpp"
#include "tools/load/workers/worker_limits.hpp"
#include "tools/load/workers/worker_message.hpp"

#include <exception>
#include <optional>
#include <thread>
#include <utility>

namespace midas::internal::tools {

namespace {

socket_deadline in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

// A conversation with a coordinator that has proved that it knows the secret.
class worker_session {
 public:
  worker_session(line_socket& peer, message_seal seal) : peer_(peer), seal_(std::move(seal)) {}

  [[nodiscard]] bool send(const worker_message& message) {
    return peer_.write(seal_.seal(to_line(message)), worker_limits::write_time);
  }

  // The next message if it is of that kind.
  [[nodiscard]] std::optional<worker_message> receive(message_kind kind, const goes_on& is_wanted) {
    const auto end = in(worker_limits::setup_time);
    while (is_wanted() && std::chrono::steady_clock::now() < end) {
      const auto status = peer_.read(worker_limits::max_command, in(worker_limits::slice));
      if (status == line_status::timed_out) {
        continue;
      }
      const auto text =
          status == line_status::complete ? seal_.open(peer_.line()) : std::optional<std::string>{};
      auto message = text ? read_message(*text) : std::nullopt;
      return message && message->kind == kind ? message : std::nullopt;
    }
    return std::nullopt;
  }

 private:
  line_socket& peer_;
  message_seal seal_;
};

// The nonce and the proof are sent once in each direction. Empty if the coordinator does not know
// the secret.
std::optional<message_seal> authenticate(line_socket& peer, const worker_options& options) {
  session_nonces nonces{random_nonce(), {}};
  const auto end = in(worker_limits::proof_time);
  const worker_message hello{
      .kind = message_kind::hello, .version = options.version, .nonce = nonces.worker};
  if (!peer.write(to_line(hello), worker_limits::proof_time) ||
      peer.read(worker_limits::max_unproved, end) != line_status::complete) {
    return std::nullopt;
  }
  const auto proof = read_message(peer.line());
  if (!proof || proof->kind != message_kind::proof) {
    return std::nullopt;
  }
  nonces.coordinator = proof->nonce;
  if (!equal_in_constant_time(proof->text,
                              proof_of(options.shared, nonces, seal_side::coordinator))) {
    (void)peer.write(to_line({.kind = message_kind::refused, .text = "the secret is another one"}),
                     worker_limits::proof_time);
    return std::nullopt;
  }
  const worker_message answer{.kind = message_kind::proof,
                              .text = proof_of(options.shared, nonces, seal_side::worker)};
  if (!peer.write(to_line(answer), worker_limits::proof_time)) {
    return std::nullopt;
  }
  return message_seal{options.shared, nonces, seal_side::worker};
}

// A run that throws has failed like any other.
expected<std::string> outcome_of(const worker_run& run, const std::vector<std::string>& arguments,
                                 const goes_on& is_wanted) {
  try {
    return run(arguments, is_wanted);
  } catch (const std::exception& e) {
    return fail(errc::not_started, std::string{"the run has ended with an exception: "} + e.what());
  }
}

}  // namespace

load_worker::load_worker(worker_options options, worker_run run)
    : options_(std::move(options)), run_(std::move(run)), listener_(listen_at(options_.address)) {}

std::string load_worker::address() const { return to_string(options_.address); }

void load_worker::serve(const goes_on& is_wanted) {
  while (is_wanted()) {
    auto accepted = accept_from(listener_, in(worker_limits::slice));
    if (accepted.is_open()) {
      line_socket peer{std::move(accepted)};
      try {
        serve_one(peer, is_wanted);
      } catch (const std::exception& e) {
        // Without memory, for example. Its connection is closed, and the next one is served.
        print_error("midas load", std::string{"a coordinator cannot be served: "} + e.what());
      }
    } else {
      // Without descriptors, the connection that waits cannot be accepted, and no call waits.
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }
}

void load_worker::refuse_others() const {
  // Bounded, because clients that connect again and again must not keep the worker from its run.
  for (std::size_t left = worker_limits::refusals; left != 0; --left) {
    auto other = accept_from(listener_, {});
    if (!other.is_open()) {
      return;
    }
    line_socket peer{std::move(other)};
    (void)peer.write(
        to_line({.kind = message_kind::refused, .text = "the worker serves another coordinator"}),
        std::chrono::milliseconds{0});
  }
}

void load_worker::serve_one(line_socket& peer, const goes_on& is_wanted) {
  auto seal = authenticate(peer, options_);
  if (!seal) {
    return;
  }
  worker_session session{peer, *std::move(seal)};
  const goes_on is_wanted_still = [&] {
    refuse_others();
    return is_wanted();
  };
  const auto prepare = session.receive(message_kind::prepare, is_wanted_still);
  if (!prepare) {
    return;
  }
  if (const auto valid = check_worker_arguments(prepare->arguments); !valid) {
    (void)session.send({.kind = message_kind::refused, .text = to_string(valid.error())});
    return;
  }
  if (!session.send({.kind = message_kind::ready}) ||
      !session.receive(message_kind::start, is_wanted_still)) {
    return;
  }
  auto next_sign = in(worker_limits::alive_interval);
  const auto outcome = outcome_of(run_, prepare->arguments, [&] {
    // A coordinator that sends something now, or closes the connection, wants no document.
    if (!is_wanted_still() || peer.has_input()) {
      return false;
    }
    if (std::chrono::steady_clock::now() < next_sign) {
      return true;
    }
    next_sign = in(worker_limits::alive_interval);
    return session.send({.kind = message_kind::alive});
  });
  (void)session.send(outcome ? worker_message{.kind = message_kind::document, .text = *outcome}
                             : worker_message{.kind = message_kind::refused,
                                              .text = one_line(to_string(outcome.error()),
                                                               worker_limits::max_reason)});
}

}  // namespace midas::internal::tools
