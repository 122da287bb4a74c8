// SPDX-License-Identifier: Apache-2.0
#include "workloads/networks.h"

#include <fmt/format.h>

#include <algorithm>

#include "arch/check.h"
#include "arch/input_error.h"

namespace nvcim::workloads {

namespace {

int largest_code(int bits) {
  return (1 << bits) - 1;
}

Shape slide(const Shape& in, const Window& w, int channels) {
  return {channels, (in.height + w.pad_top + w.pad_bottom - w.kernel_h) / w.stride_h + 1,
          (in.width + w.pad_left + w.pad_right - w.kernel_w) / w.stride_w + 1};
}

Window square(int kernel, int stride, int padding) {
  return {kernel, kernel, stride, stride, padding, padding, padding, padding};
}

}  // namespace

NetworkBuilder::NetworkBuilder(std::string name, Shape input, int input_bits, int weight_bits, int activation_bits)
    : shape_(input), bits_(input_bits), weight_bits_(weight_bits), activation_bits_(activation_bits) {
  NVCIM_CHECK(input_bits >= 1 && input_bits <= 8 && weight_bits >= 2 && weight_bits <= 16 && activation_bits >= 1 &&
                  activation_bits <= 8,
              "{}: {} input, {} weight, {} activation bits", name, input_bits, weight_bits, activation_bits);
  const int top = largest_code(input_bits);
  scale_ = 1.0 / top;
  network_.name = std::move(name);
  network_.input = input;
  network_.input_bits = input_bits;
  network_.input_table.resize(input.channels);
  for (auto& table : network_.input_table)
    for (int pixel = 0; pixel < 256; ++pixel) table[pixel] = static_cast<std::uint8_t>((2 * pixel * top + 255) / 510);
}

Node& NetworkBuilder::append(std::string name, Window window, int outputs) {
  Node node;
  node.name = std::move(name);
  node.input = shape_;
  node.output = slide(shape_, window, outputs);
  node.input_bits = bits_;
  node.input_zero_point = zero_point_;
  node.input_scale = scale_;
  NVCIM_CHECK(node.output.height > 0 && node.output.width > 0, "{}: window larger than its input", node.name);
  shape_ = node.output;
  return network_.nodes.emplace_back(std::move(node));
}

NetworkBuilder& NetworkBuilder::convolution(std::string name, int outputs, int kernel, int padding, int stride) {
  const Window window = square(kernel, stride, padding);
  Node& node = append(std::move(name), window, outputs);
  node.mvm.window = window;
  node.mvm.weight_bits = weight_bits_;
  node.mvm.weights.resize(std::size_t(node.matrix_rows()) * outputs);
  node.mvm.bias.resize(outputs);
  node.mvm.requantisation = {.multiplier = 1, .code_max = largest_code(activation_bits_)};
  bits_ = activation_bits_;
  zero_point_ = 0;
  scale_ *= node.mvm.weight_scale;
  return *this;
}

NetworkBuilder& NetworkBuilder::fully_connected(std::string name, int outputs) {
  const Window window{.kernel_h = shape_.height, .kernel_w = shape_.width};
  Node& node = append(std::move(name), window, outputs);
  node.mvm.window = window;
  node.mvm.is_linear = true;
  node.mvm.weight_bits = weight_bits_;
  node.mvm.weights.resize(std::size_t(node.matrix_rows()) * outputs);
  node.mvm.bias.resize(outputs);
  node.mvm.requantisation = {.multiplier = 1, .code_max = largest_code(activation_bits_)};
  bits_ = activation_bits_;
  zero_point_ = 0;
  scale_ *= node.mvm.weight_scale;
  return *this;
}

NetworkBuilder& NetworkBuilder::max_pool(std::string name, int size) {
  Node& node = append(std::move(name), square(size, size, 0), shape_.channels);
  node.kind = Node::Kind::pool;
  node.pool = {PoolKind::maximum, square(size, size, 0)};
  return *this;
}

NetworkBuilder& NetworkBuilder::average_pool(std::string name, int size) {
  max_pool(std::move(name), size);
  network_.nodes.back().pool.kind = PoolKind::average;
  return *this;
}

NetworkBuilder& NetworkBuilder::global_average_pool(std::string name) {
  const Window window{.kernel_h = shape_.height, .kernel_w = shape_.width};
  Node& node = append(std::move(name), window, shape_.channels);
  node.kind = Node::Kind::pool;
  node.pool = {PoolKind::average, window};
  return *this;
}

/// The last MVM has no ReLU.
void NetworkBuilder::make_signed() {
  Requantisation& to_code = network_.nodes.back().mvm.requantisation;
  to_code.zero_point = zero_point_ = (largest_code(activation_bits_) + 1) / 2;
}

void NetworkBuilder::append_zeros_shortcut(std::string name, int outputs, int stride) {
  Node& node = append(std::move(name), square(1, stride, 0), outputs);
  node.kind = Node::Kind::rearrange;
  const int before = (outputs - node.input.channels) / 2;
  for (int channel = 0; channel < outputs; ++channel) {
    const int source = channel - before;
    node.rearrange.channels.push_back(source >= 0 && source < node.input.channels ? source : -1);
  }
  for (int y = 0; y < node.input.height; y += stride) node.rearrange.rows.push_back(y);
  for (int x = 0; x < node.input.width; x += stride) node.rearrange.columns.push_back(x);
}

NetworkBuilder& NetworkBuilder::residual_block(const std::string& name, int outputs, int stride, Shortcut shortcut) {
  const int entry = static_cast<int>(network_.nodes.size()) - 1;
  const Shape shape = shape_;
  const int bits = bits_, zero_point = zero_point_;
  convolution(name + ".conv1", outputs, 3, 1, stride);
  convolution(name + ".conv2", outputs, 3, 1);
  make_signed();
  const int main = static_cast<int>(network_.nodes.size()) - 1;
  const JoinInput added{.multiplier = 1, .zero_point = zero_point_, .bits = bits_};
  JoinInput beside{.multiplier = 1, .zero_point = zero_point, .bits = bits};
  int other = entry;
  if (stride != 1 || outputs != shape.channels) {
    shape_ = shape;
    bits_ = bits;
    zero_point_ = zero_point;
    if (shortcut == Shortcut::projection) {
      convolution(name + ".shortcut", outputs, 1, 0, stride);
      make_signed();
      beside = added;
    } else {
      append_zeros_shortcut(name + ".shortcut", outputs, stride);
    }
    network_.nodes.back().inputs = {entry};
    other = main + 1;
  }
  zero_point_ = added.zero_point;
  bits_ = added.bits;
  Node& node = append(name + ".add", square(1, 1, 0), outputs);
  node.kind = Node::Kind::add;
  node.inputs = {main, other};
  node.join.inputs = {added, beside};
  node.join.requantisation = {.multiplier = 1, .code_max = largest_code(activation_bits_)};
  zero_point_ = 0;
  bits_ = activation_bits_;
  return *this;
}

Network NetworkBuilder::build() {
  NVCIM_CHECK(!network_.nodes.empty() && network_.nodes.back().is_mvm(), "{}: no last MVM", network_.name);
  network_.nodes.back().mvm.raw_output = true;
  network_.nodes.back().mvm.requantisation = {};
  return std::move(network_);
}

Network lenet(int bits, Shape input, int classes) {
  return NetworkBuilder("lenet", input, bits, bits, bits)
      .convolution("conv1", 6, 3, 1)
      .max_pool("pool1", 2)
      .convolution("conv2", 16, 3, 1)
      .max_pool("pool2", 2)
      .fully_connected("fc1", 120)
      .fully_connected("fc2", 84)
      .fully_connected("fc3", classes)
      .build();
}

Network mlp(int bits, Shape input, int classes) {
  return NetworkBuilder("mlp", input, bits, bits, bits)
      .fully_connected("fc1", 128)
      .fully_connected("fc2", classes)
      .build();
}

Network vgg8(int bits, Shape input, int classes) {
  return NetworkBuilder("vgg8", input, bits, bits, bits)
      .convolution("conv1", 128, 3, 1)
      .convolution("conv2", 128, 3, 1)
      .max_pool("pool1", 2)
      .convolution("conv3", 256, 3, 1)
      .convolution("conv4", 256, 3, 1)
      .max_pool("pool2", 2)
      .convolution("conv5", 512, 3, 1)
      .convolution("conv6", 512, 3, 1)
      .max_pool("pool3", 2)
      .fully_connected("fc1", 1024)
      .fully_connected("fc2", classes)
      .build();
}

Network convnet(int bits, Shape input, int classes) {
  return NetworkBuilder("convnet", input, bits, bits, bits)
      .convolution("conv1", 64, 3, 1)
      .convolution("conv2", 64, 3, 1)
      .max_pool("pool1", 2)
      .convolution("conv3", 128, 3, 1)
      .convolution("conv4", 128, 3, 1)
      .max_pool("pool2", 2)
      .convolution("conv5", 256, 3, 1)
      .convolution("conv6", 256, 3, 1)
      .max_pool("pool3", 2)
      .fully_connected("fc1", 1024)
      .fully_connected("fc2", 1024)
      .fully_connected("fc3", classes)
      .build();
}

Network resnet18(int bits, Shape input, int classes) {
  NetworkBuilder builder("resnet18", input, bits, bits, bits);
  builder.convolution("conv1", 64, 3, 1);
  for (int stage = 0; stage < 4; ++stage)
    for (int block = 0; block < 2; ++block)
      builder.residual_block(fmt::format("layer{}.{}", stage + 1, block), 64 << stage, stage > 0 && block == 0 ? 2 : 1,
                             NetworkBuilder::Shortcut::projection);
  return builder.global_average_pool("pool").fully_connected("fc", classes).build();
}

Network resnet20(int bits, Shape input, int classes) {
  NetworkBuilder builder("resnet20", input, bits, bits, bits);
  builder.convolution("conv1", 16, 3, 1);
  for (int stage = 0; stage < 3; ++stage)
    for (int block = 0; block < 3; ++block)
      builder.residual_block(fmt::format("layer{}.{}", stage + 1, block), 16 << stage, stage > 0 && block == 0 ? 2 : 1,
                             NetworkBuilder::Shortcut::zeros);
  return builder.global_average_pool("pool").fully_connected("fc", classes).build();
}

std::vector<std::string> built_in_networks() {
  return {"lenet", "mlp", "convnet", "vgg8", "resnet18", "resnet20"};
}

bool has_batch_norm(std::string_view name) {
  return name == "resnet18" || name == "resnet20";
}

Network built_in_network(std::string_view name, int bits, Shape input, int classes) {
  std::vector<InputIssue> issues;
  const std::vector<std::string> known = built_in_networks();
  if (std::find(known.begin(), known.end(), name) == known.end())
    issues.push_back({"", "network", fmt::format("\"{}\" is no built-in network ({})", name, fmt::join(known, ", "))});
  if (bits < 2 || bits > 8) issues.push_back({"", "bits", fmt::format("{} is outside 2..8", bits)});
  if (classes < 2) issues.push_back({"", "classes", fmt::format("{} is below 2", classes)});
  const int smallest = name == "lenet" ? 4 : name == "mlp" ? 1 : 8;
  if (input.channels < 1 || input.height < smallest || input.width < smallest)
    issues.push_back({"", "input",
                      fmt::format("{} x {} x {}: {} needs at least 1 x {} x {}", input.channels, input.height,
                                  input.width, name, smallest, smallest)});
  if (!issues.empty()) throw InputError(std::move(issues));
  if (name == "lenet") return lenet(bits, input, classes);
  if (name == "mlp") return mlp(bits, input, classes);
  if (name == "resnet18") return resnet18(bits, input, classes);
  if (name == "resnet20") return resnet20(bits, input, classes);
  return name == "convnet" ? convnet(bits, input, classes) : vgg8(bits, input, classes);
}

}  // namespace nvcim::workloads
