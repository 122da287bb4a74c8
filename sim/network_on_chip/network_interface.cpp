// SPDX-License-Identifier: Apache-2.0
#include "sim/network_on_chip/network_interface.h"

namespace nvcim::sim {

NetworkInterface::NetworkInterface(const sc_core::sc_module_name& name, Calendar& calendar,
                                   const MeshConstants& constants, int end_point, std::string unit_name)
    : Unit(name, calendar, std::move(unit_name)),
      constants_(constants),
      end_point_(end_point),
      credits_(constants.mesh.buffer_flits) {}

void NetworkInterface::send(Cycle now, Cycle cycle, int source, TransferPtr transfer) {
  outgoing_.post(now, cycle, source, std::move(transfer));
  wake_at(cycle);
}

void NetworkInterface::arrive(Cycle now, Cycle cycle, Port, Packet packet) {
  incoming_.post(now, cycle, 0, std::move(packet));
  wake_at(cycle);
}

void NetworkInterface::give_credit(Cycle now, Cycle cycle, Port, std::int64_t flits) {
  returned_.post(now, cycle, 0, flits);
  if (starved_) wake_at(cycle);
}

void NetworkInterface::act(Cycle now) {
  while (returned_.ready(now)) credits_ += returned_.take();
  while (incoming_.ready(now)) {
    Packet packet = incoming_.take();
    if (packet.transfer) sink->deliver(now, std::move(packet.transfer));
  }
  while (outgoing_.ready(now)) {
    TransferPtr transfer = outgoing_.take();
    if (transfer->to == end_point_) {
      sink->deliver(now, std::move(transfer));
      continue;
    }
    queue_.push_back(std::move(transfer));
  }
  inject(now);
}

void NetworkInterface::inject(Cycle now) {
  const mapping::Mesh& mesh = constants_.mesh;
  if (queue_.empty()) return;
  if (free_at_ > now) return wake_at(free_at_);
  Transfer& transfer = *queue_.front();
  if (payload_left_ == 0) payload_left_ = (transfer.bits + mesh.flit_bits - 1) / mesh.flit_bits;
  const std::int64_t payload = std::min<std::int64_t>(payload_left_, mesh.buffer_flits - 1);
  starved_ = credits_ < payload + 1;
  time_.set_stalled(starved_, now);
  if (starved_) {
    // Credits on their way were posted before anybody waited for them.
    if (!returned_.empty()) wake_at(returned_.first_at());
    return;
  }
  Packet packet{transfer.to, payload + 1, transfer.row, nullptr};
  credits_ -= packet.flits;
  payload_left_ -= payload;
  if (payload_left_ == 0) {
    packet.transfer = std::move(queue_.front());
    queue_.pop_front();
  }
  const auto length = static_cast<Cycle>(packet.flits);
  time_.busy += length;
  free_at_ = now + length;
  router->arrive(now, now, end_point_ == mapping::kGlobalBuffer ? global : local, std::move(packet));
  if (!queue_.empty()) wake_at(free_at_);
}

void NetworkInterface::describe_blockers(std::vector<std::string>& sentences) const {
  if (!queue_.empty())
    sentences.push_back(fmt::format("{} waits for credits of {}, has {}", unit_name(), router->link_name(), credits_));
}

}  // namespace nvcim::sim
