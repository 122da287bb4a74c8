// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <set>

#include "workloads/network_check.h"
#include "workloads/operators/digital_operator.h"
#include "workloads/operators/pool.h"

namespace nvcim::workloads {
namespace {

std::vector<Node::Kind> digital_kinds() {
  std::vector<Node::Kind> kinds;
#define NVCIM_KIND(name) kinds.push_back(Node::Kind::name);
  NVCIM_DIGITAL_OPERATORS(NVCIM_KIND)
#undef NVCIM_KIND
  return kinds;
}

TEST(DigitalOperators, EveryRowIsItsOwnOperator) {
  std::set<const DigitalOperator*> seen;
  std::set<std::string> names;
  for (const Node::Kind kind : digital_kinds()) {
    Node node;
    node.kind = kind;
    const DigitalOperator& op = operator_of(node);
    EXPECT_TRUE(seen.insert(&op).second);
    EXPECT_TRUE(names.insert(op.report_name()).second) << op.report_name();
    const auto [least, largest] = op.input_count();
    EXPECT_GE(least, 1u);
    EXPECT_LE(least, largest);
  }
  Node node;
  node.kind = Node::Kind::add;
  EXPECT_STREQ(operator_of(node).report_name(), "sum");
  node.kind = Node::Kind::rearrange;
  EXPECT_STREQ(operator_of(node).report_name(), "rearrangement");
}

TEST(DigitalOperators, KnowTheirWork) {
  Node pool;
  pool.kind = Node::Kind::pool;
  pool.output = {3, 4, 5};
  pool.pool.window = {.kernel_h = 2, .kernel_w = 3};
  EXPECT_EQ(operator_of(pool).operations(pool), 3 * 4 * 5 * 6);
  EXPECT_EQ(operator_of(pool).unit(), DigitalUnit::pooling);
  Node table = pool;
  table.kind = Node::Kind::lookup;
  EXPECT_EQ(operator_of(table).operations(table), 60);
  EXPECT_EQ(operator_of(table).unit(), DigitalUnit::activation);
  Node sum = pool;
  sum.kind = Node::Kind::add;
  EXPECT_EQ(operator_of(sum).scalings(3), 3);
  sum.kind = Node::Kind::multiply;
  EXPECT_EQ(operator_of(sum).scalings(2), 1);
}

TEST(DigitalOperators, ThatMoveElementsPassOnWhatIsThere) {
  Node node;
  node.kind = Node::Kind::rearrange;
  node.rearrange = {{1, -1}, {0}, {0}};
  EXPECT_EQ(order_of(node), &node.rearrange);
  const std::vector<std::uint8_t> moved{7, 9};
  std::vector<std::uint8_t> out(2);
  const std::uint8_t* const inputs[] = {moved.data()};
  operator_of(node).combine(node, inputs, 2, out.data());
  EXPECT_EQ(out, moved);
}

TEST(DigitalOperators, AnswerForEveryNode) {
  Node mvm;
  mvm.input_bits = 5;
  mvm.input_zero_point = 3;
  mvm.mvm.requantisation = {1, 11, 0, 200};
  EXPECT_EQ(codes_read(mvm, 0).bits, 5);
  EXPECT_EQ(codes_read(mvm, 0).zero_point, 3);
  EXPECT_EQ(codes_given(mvm), std::pair(11, 200));
  EXPECT_FALSE(is_view(mvm));
  EXPECT_EQ(order_of(mvm), nullptr);
  Node sum;
  sum.kind = Node::Kind::add;
  sum.join = {{{1, 0, 8}, {0.5, 12, 6}}, {1, 4, 0, 63}};
  EXPECT_EQ(codes_read(sum, 1).bits, 6);
  EXPECT_EQ(codes_read(sum, 1).zero_point, 12);
  EXPECT_EQ(codes_given(sum), std::pair(4, 63));
  EXPECT_FALSE(is_view(sum));
  sum.kind = Node::Kind::concat;
  EXPECT_TRUE(is_view(sum));
}

// The short cut for pairs against the maximum of four, on a map whose height and width leave a row and a column over.
TEST(DigitalOperators, MaximumOfPairsIsTheMaximumOfFour) {
  Node node;
  node.kind = Node::Kind::pool;
  node.input = {2, 5, 7};
  node.output = {2, 2, 3};
  node.pool = {PoolKind::maximum, {.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2}};
  std::vector<std::uint8_t> map(node.input.size()), out(node.output.size());
  for (std::size_t i = 0; i < map.size(); ++i) map[i] = static_cast<std::uint8_t>(i * 89 % 251);
  pool(node, map.data(), out.data());
  for (int c = 0; c < 2; ++c)
    for (int y = 0; y < 2; ++y)
      for (int x = 0; x < 3; ++x) {
        const auto at = [&](int row, int column) { return map[std::size_t((c * 5 + row) * 7 + column)]; };
        const std::uint8_t want =
            std::max({at(2 * y, 2 * x), at(2 * y, 2 * x + 1), at(2 * y + 1, 2 * x), at(2 * y + 1, 2 * x + 1)});
        EXPECT_EQ(out[std::size_t((c * 2 + y) * 3 + x)], want) << c << ' ' << y << ' ' << x;
      }
}

}  // namespace
}  // namespace nvcim::workloads
