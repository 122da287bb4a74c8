// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "workloads/network.h"

namespace nvcim::workloads {

/// Codes of a map: `bits` bits, of which `zero_point` stands for 0.
struct MapCodes {
  int bits = 8;
  int zero_point = 0;
};

/// The unit of a tile that works on a node.
enum class DigitalUnit { pooling, activation, buffer };

/// A network's node while it is checked.
struct NodeCheck {
  const Network& network;
  const Node& node;
  const std::vector<int>& sources;              ///< of the node
  std::function<void(const std::string&)> say;  ///< takes a fault
};

/// What tells two networks apart, in the order in which it is added.
class IdentityText {
 public:
  virtual ~IdentityText() = default;
  virtual void add(const std::string& text) = 0;
  virtual void add_bytes(const void* bytes, std::size_t count) = 0;

  template <class Values>
  void add_all(const Values& values) {
    add_bytes(values.data(), values.size() * sizeof(values[0]));
  }
  void add_window(const Window& window);
  void add_requantisation(const Requantisation& to_code);
};

/// One node's part in a pass over a batch that follows derivatives (workloads/gradient.h). Maps are
/// [channels][samples][height][width] differences of codes to the zero point.
class DerivativeStep {
 public:
  /// What a forward pass leaves for the backward pass of the same samples.
  struct Saved {
    std::vector<std::uint8_t> open;    ///< 1 where the activation is not clamped
    std::vector<std::int32_t> source;  ///< of a maximum: index of the winner in its plane, -1 for none
    std::vector<float> slope;          ///< of a table: [256] of its code
  };

  DerivativeStep(const Network& whole, int index, int batch)
      : network(whole), node(whole.nodes[index]), samples(batch) {}
  virtual ~DerivativeStep() = default;

  virtual const float* input(int k) const = 0;
  virtual std::size_t input_size(int k) const = 0;  ///< elements of one sample's map
  virtual int inputs() const = 0;
  virtual float* output() const = 0;
  virtual float* slopes() const = 0;                ///< derivatives to the output; the step may change them
  virtual float* slopes_of_input(int k) const = 0;  ///< to be added to; null when nobody wants them
  virtual Saved& saved() const = 0;

  std::size_t count() const { return std::size_t(node.output.size()) * samples; }

  const Network& network;
  const Node& node;
  const int samples;
};

/// Everything that a digital operator is to the rest: shape rule, exact arithmetic on codes (the definition that
/// engines reproduce), derivatives, identity, and where it is worked on. Stateless; parameters are in the node.
class DigitalOperator {
 public:
  virtual ~DigitalOperator() = default;

  virtual const char* report_name() const = 0;           ///< "pooling", for tables
  virtual std::string text(const Node& node) const = 0;  ///< "max pool 2 x 2"
  virtual DigitalUnit unit() const = 0;
  /// Works on the pixels of one map as they come, so that it can follow another node in one stage of the pipeline.
  virtual bool is_epilogue() const = 0;
  /// Needs no work: who reads its map reads the maps that it is made of.
  virtual bool is_view() const { return false; }
  /// Which element of its input each of its output is, where it moves elements and computes nothing; null: it computes.
  virtual const RearrangeLayer* order_of(const Node&) const { return nullptr; }
  /// Operations of its unit for a whole map: comparisons or additions of a pooling unit, values of an activation unit.
  virtual std::int64_t operations(const Node&) const { return 0; }
  /// Values that an activation unit scales for each value of the output, before it rounds it. @param inputs  maps
  virtual int scalings(int inputs) const;

  /// Least and largest number of maps that it reads.
  virtual std::pair<std::size_t, std::size_t> input_count() const = 0;
  /// What else is wrong with that many maps; empty: nothing.
  virtual std::string input_fault(const Node& node, std::size_t inputs) const;
  /// Shape of its input, as the maps that it reads make it. Says faults of these maps.
  virtual Shape input_shape(const NodeCheck& check) const;
  virtual void check(const NodeCheck& check) const = 0;
  virtual MapCodes codes_read(const Node& node, std::size_t k) const;
  /// Zero point and largest code of its map.
  virtual std::pair<int, int> codes_given(const Node& node) const;
  virtual void identify(const Node& node, IdentityText& text) const = 0;
  /// Real size of a step of its output. @param steps  [inputs] of its inputs
  virtual double step(const Node& node, std::span<const double> steps) const;

  /// The node's map. @param inputs  [inputs of the node] maps   @param output  [node.output.size()]
  virtual void compute(const Network& network, int node, std::span<const std::uint8_t* const> inputs,
                       std::uint8_t* output) const = 0;

  /// One value of the output for each place, from the value that each input has there: what an activation unit does to
  /// a pixel. Of a node that moves elements, those that it moved here. Not of windows, tables and views.
  /// @param inputs  [inputs of the node] each [count]
  virtual void combine(const Node& node, std::span<const std::uint8_t* const> inputs, std::size_t count,
                       std::uint8_t* output) const;

  /// Makes room in what a step saves. @param count  elements of the outputs of a batch
  virtual void prepare(const Node& node, std::size_t count, DerivativeStep::Saved& saved) const;
  virtual void forward(DerivativeStep& step) const = 0;
  virtual void backward(DerivativeStep& step) const = 0;
};

namespace operators {
using Reference = const DigitalOperator&;
#define NVCIM_DECLARE(name) extern Reference name;
NVCIM_DIGITAL_OPERATORS(NVCIM_DECLARE)
#undef NVCIM_DECLARE
}  // namespace operators

/// Of a node that is no MVM.
const DigitalOperator& operator_of(const Node& node);

// Of every node, MVMs too.
MapCodes codes_read(const Node& node, std::size_t k);  ///< DigitalOperator::codes_read
std::pair<int, int> codes_given(const Node& node);     ///< zero point and largest code of its map
bool is_view(const Node& node);                        ///< DigitalOperator::is_view
const RearrangeLayer* order_of(const Node& node);      ///< DigitalOperator::order_of

/// "3 x 3 / 2": kernel and stride.
std::string window_text(const Window& window);
/// "2 x 3 x 3".
std::string shape_of_map_text(const Shape& shape);
/// Says what is wrong with a node that moves a window of span_h x span_w over its input and gives `channels` channels.
void check_window(const NodeCheck& check, const Window& window, int span_h, int span_w, int channels);

}  // namespace nvcim::workloads
