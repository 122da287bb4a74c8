// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/mpi_ranks.h"

#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "arch/check.h"
#include "arch/input_error.h"
#include "sim/parallel/failure_text.h"
#include "sim/parallel/follower.h"

namespace nvcim::sim {
namespace {

/// From a follower to the lead, but the last four.
enum Tag {
  kAsk,      ///< for a unit
  kOutcome,  ///< "UNIT OUTCOME", and asks for another unit
  kFailure,  ///< of a unit or a step; asks for another unit too
  kReady,    ///< with a step
  kClosed,   ///< has sent all outcomes
  kUnit,     ///< "UNIT", or nothing: there are no more
  kGo,       ///< all are ready
  kResult,   ///< of a run or of from_lead
  kFailed,   ///< the whole call; the text as of failure_text
};

struct Message {
  int source = 0;
  int tag = 0;
  std::string text;
};

/// Sleeps that grow with the time already waited: short units are answered at once, long waits cost no time.
class Patience {
 public:
  std::chrono::microseconds next() {
    using namespace std::chrono;
    const auto waited = duration_cast<microseconds>(steady_clock::now() - start_);
    return std::clamp(waited / 50, microseconds(20), microseconds(2000));
  }
  void reset() { start_ = std::chrono::steady_clock::now(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

int number_of(const std::string& text) {
  int number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

struct MpiRanks::World {
  World(int& argc, char**& argv) : environment(argc, argv, boost::mpi::threading::funneled) {}

  void send(int rank, Tag tag, const std::string& text) {
    communicator.send(rank, tag, text.data(), static_cast<int>(text.size()));
  }
  void send_all(Tag tag, const std::string& text) {
    for (int rank = 1; rank < communicator.size(); ++rank) send(rank, tag, text);
  }
  std::optional<Message> poll(int source = boost::mpi::any_source) {
    const auto status = communicator.iprobe(source, boost::mpi::any_tag);
    if (!status) return {};
    Message message{status->source(), status->tag(), std::string(std::size_t(*status->count<char>()), '\0')};
    communicator.recv(message.source, message.tag, message.text.data(), static_cast<int>(message.text.size()));
    return message;
  }
  Message wait(int source = boost::mpi::any_source) {
    for (Patience patience;; std::this_thread::sleep_for(patience.next()))
      if (std::optional<Message> message = poll(source)) return std::move(*message);
  }
  int on_this_machine() {
    MPI_Comm shared;
    MPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &shared);
    int size = 1;
    MPI_Comm_size(shared, &size);
    MPI_Comm_free(&shared);
    return size;
  }

  boost::mpi::environment environment;
  boost::mpi::communicator communicator;
};

std::unique_ptr<MpiRanks> MpiRanks::join(int& argc, char**& argv) {
  return std::unique_ptr<MpiRanks>(new MpiRanks(std::make_unique<World>(argc, argv)));
}

MpiRanks::MpiRanks(std::unique_ptr<World> world)
    : Ranks(world->communicator.rank(), world->communicator.size(), world->on_this_machine()),
      world_(std::move(world)) {}

MpiRanks::~MpiRanks() = default;

void MpiRanks::abort(int exit_code) {
  world_->environment.abort(exit_code);
  std::_Exit(exit_code);
}

void MpiRanks::fail_all(std::exception_ptr failure) {
  failed_together_ = true;
  world_->send_all(kFailed, failure_text(failure));
  std::rethrow_exception(failure);
}

/// Of kGo or kResult.
std::string MpiRanks::wait_for_lead() {
  Message message = world_->wait(0);
  if (message.tag == kFailed) {
    failed_together_ = true;
    throw FailedTogether(is_input_failure(message.text));
  }
  NVCIM_CHECK(message.tag == kGo || message.tag == kResult, "tag {}", message.tag);
  return std::move(message.text);
}

std::string MpiRanks::from_lead(const std::function<std::string()>& make) {
  if (!leads()) return wait_for_lead();
  std::string text;
  try {
    text = make();
  } catch (...) {
    fail_all(std::current_exception());
  }
  world_->send_all(kResult, text);
  return text;
}

void MpiRanks::together(const std::function<void()>& step) {
  std::exception_ptr own;
  try {
    step();
  } catch (...) {
    own = std::current_exception();
  }
  if (!leads()) {
    world_->send(0, own ? kFailure : kReady, own ? failure_text(own) : "");
    wait_for_lead();
    return;
  }
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(count()));
  failures[0] = own;
  for (int others = 1; others < count(); ++others) {
    const Message message = world_->wait();
    if (message.tag == kFailure) failures[std::size_t(message.source)] = failure_of(message.text);
  }
  if (const std::exception_ptr all = join_failures(failures)) fail_all(all);
  world_->send_all(kGo, "");
}

Outcomes MpiRanks::run(const UnitJob& job) {
  return leads() ? lead(job) : follow(job);
}

Outcomes MpiRanks::lead(const UnitJob& job) {
  try {
    UnitQueue queue(job);
    world_->send_all(kGo, "");
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < std::min(job.threads, job.units); ++thread)
      threads.emplace_back([&] { queue.work(); });
    Patience patience;
    for (int open = count() - 1; open > 0;) {
      const std::optional<Message> message = world_->poll();
      if (!message) {
        std::this_thread::sleep_for(patience.next());
        continue;
      }
      patience.reset();
      if (message->tag == kClosed) {
        --open;
        continue;
      }
      if (message->tag == kFailure) queue.fail(failure_of(message->text));
      if (message->tag == kOutcome) try {
          queue.finish(number_of(message->text), message->text.substr(message->text.find(' ') + 1));
        } catch (...) {
          queue.fail(std::current_exception());
        }
      const std::optional<int> unit = queue.next();
      world_->send(message->source, kUnit, unit ? fmt::format("{}", *unit) : "");
    }
    threads.clear();  // joins
    Outcomes outcomes = queue.take();
    world_->send_all(kResult, outcomes_text(outcomes));
    return outcomes;
  } catch (...) {
    fail_all(std::current_exception());
  }
}

Outcomes MpiRanks::follow(const UnitJob& job) {
  wait_for_lead();
  {
    Follower follower(job);
    for (int slot = 0; slot < follower.threads(); ++slot) world_->send(0, kAsk, "");
    Patience patience;
    for (int open = follower.threads(); open > 0;) {
      bool idle = true;
      for (const Follower::Done& done : follower.wait_for_done(patience.next())) {
        world_->send(0, done.failed ? kFailure : kOutcome, done.text);
        idle = false;
      }
      while (const std::optional<Message> message = world_->poll(0)) {
        if (message->text.empty())
          --open;
        else
          follower.add(number_of(message->text));
        idle = false;
      }
      if (!idle) patience.reset();
    }
  }
  world_->send(0, kClosed, "");
  return outcomes_of(wait_for_lead(), job.units);
}

}  // namespace nvcim::sim
