#include "proxy/observation/access_log.hpp"

#include "messages/make_error.hpp"
#include "proxy/observation/access_log_line.hpp"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <system_error>
#include <utility>

namespace midas::internal::proxy {

namespace {

constexpr std::size_t max_queue_bytes = std::size_t{256} * 1'024;
constexpr std::chrono::seconds max_end{1};
// How long the thread waits after the first line for others, so that it does not wake for each.
constexpr std::chrono::milliseconds gathering{5};

// A signal is for the thread that the program chose; and the reader of a pipe may go.
void block_all_signals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

std::uint64_t count_lines(std::string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

}  // namespace

struct alignas(128) access_log::queue {
  std::mutex lock;
  std::string lines;
  std::uint64_t lost = 0;
  // Used by the worker only.
  std::string line;
};

expected<std::unique_ptr<access_log>> access_log::open(std::string path, unsigned workers) {
  auto output = log_output::open(path);
  if (!output) {
    return unexpected{output.error()};
  }
  try {
    return std::unique_ptr<access_log>{
        new access_log{std::move(path), workers, *std::move(output)}};
  } catch (const std::system_error& failure) {
    return fail(errc::not_started,
                std::string{"the thread of the access log could not start: "} + failure.what(),
                "Raise the limits of this process on threads (ulimit -u, TasksMax, pids.max)");
  }
}

access_log::access_log(std::string path, unsigned workers, log_output output)
    : path_(std::move(path)), output_(std::move(output)) {
  const auto count = std::max(workers, 1U);
  while (queues_.size() < count) {
    queues_.push_back(std::make_unique<queue>());
  }
  thread_ = std::thread{[this] {
    block_all_signals();
    run();
  }};
}

access_log::~access_log() {
  {
    const std::lock_guard lock{lock_};
    ending_since_ = std::chrono::steady_clock::now();
  }
  wake_.notify_one();
  thread_.join();
}

void access_log::write(unsigned worker, const served_request& request) noexcept {
  auto& mine = *queues_[worker];
  bool is_first = false;
  try {
    mine.line.clear();
    append_access_line(mine.line, request);
    const std::lock_guard lock{mine.lock};
    if (mine.lines.size() + mine.line.size() > max_queue_bytes) {
      ++mine.lost;
      return;
    }
    is_first = mine.lines.empty();
    mine.lines += mine.line;
  } catch (const std::exception&) {
    // Out of memory.
    const std::lock_guard lock{mine.lock};
    ++mine.lost;
    return;
  }
  if (is_first) {
    note_lines();
  }
}

void access_log::note_lines() {
  {
    const std::lock_guard lock{lock_};
    if (std::exchange(has_lines_, true)) {
      return;
    }
  }
  wake_.notify_one();
}

expected<void> access_log::reopen() {
  auto output = log_output::open(path_);
  if (!output) {
    return unexpected{output.error()};
  }
  {
    const std::lock_guard lock{lock_};
    reopened_.emplace(*std::move(output));
    has_lines_ = true;
  }
  wake_.notify_one();
  return {};
}

std::uint64_t access_log::lost() const {
  std::uint64_t result = 0;
  for (const auto& each : queues_) {
    const std::lock_guard lock{each->lock};
    result += each->lost;
  }
  const std::lock_guard lock{lock_};
  return result + lost_;
}

// False if the log is being closed.
bool access_log::wait_for_lines() {
  std::unique_lock lock{lock_};
  wake_.wait(lock, [this] { return has_lines_ || ending_since_; });
  if (!ending_since_) {
    wake_.wait_for(lock, gathering, [this] { return ending_since_.has_value(); });
  }
  has_lines_ = false;
  if (auto output = std::exchange(reopened_, std::nullopt)) {
    output_ = *std::move(output);
    in_the_middle_of_a_line_ = false;
  }
  return !ending_since_;
}

// Moves the lines of all queues to `batch`. False if there are none.
bool access_log::take_lines(std::string& batch) {
  batch = in_the_middle_of_a_line_ ? "\n" : "";
  reporting_ = lost();
  if (reporting_ != reported_) {
    append_loss_line(batch, reporting_ - reported_, std::chrono::system_clock::now());
  }
  std::string taken;
  bool has_any = reporting_ != reported_;
  for (const auto& each : queues_) {
    taken.clear();
    {
      const std::lock_guard lock{each->lock};
      taken.swap(each->lines);
    }
    try {
      batch += taken;
    } catch (const std::exception&) {
      // Out of memory.
      const std::lock_guard lock{lock_};
      lost_ += count_lines(taken);
    }
    has_any = has_any || !taken.empty();
  }
  return has_any;
}

// True while the reader does not keep up, once the log is to end, or has another file to go to.
bool access_log::gives_up() const {
  const std::lock_guard lock{lock_};
  return reopened_ ||
         (ending_since_ && std::chrono::steady_clock::now() - *ending_since_ > max_end);
}

// False if a part could not be written. Its lines are lost, and reported before the next ones.
bool access_log::write_batch(const std::string& batch) {
  const auto written = output_.write(batch, [this] { return gives_up(); });
  if (written == batch.size()) {
    reported_ = reporting_;
    in_the_middle_of_a_line_ = false;
    return true;
  }
  const auto done = std::string_view{batch}.substr(0, written);
  auto failed = count_lines(std::string_view{batch}.substr(written));
  if (reporting_ != reported_ && count_lines(done) > (in_the_middle_of_a_line_ ? 1 : 0)) {
    reported_ = reporting_;
  } else if (reporting_ != reported_) {
    // The report itself is not the line of a request.
    --failed;
  }
  in_the_middle_of_a_line_ = written == 0 ? in_the_middle_of_a_line_ : !done.ends_with('\n');
  const std::lock_guard lock{lock_};
  lost_ += failed;
  return false;
}

void access_log::run() {
  std::string batch;
  bool goes_on = true;
  while (goes_on) {
    goes_on = wait_for_lines();
    // After a failure, the next line that comes is another attempt.
    try {
      while (take_lines(batch) && write_batch(batch)) {
      }
    } catch (const std::exception&) {
      // Out of memory: the lines are still in their queues.
    }
  }
}

}  // namespace midas::internal::proxy
