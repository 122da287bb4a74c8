// SPDX-License-Identifier: Apache-2.0
#include "device/wire_resistance.h"

#include <Eigen/Dense>
#include <Eigen/SparseCholesky>
#include <algorithm>
#include <cmath>
#include <cstddef>

#include "arch/check.h"

namespace nvcim::device {
namespace {

using Matrix = Eigen::MatrixXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<const RowMajor> checked(std::span<const double> siemens, int rows, int columns, WireSegments wires) {
  NVCIM_CHECK(rows >= 1 && columns >= 1 && siemens.size() == static_cast<std::size_t>(rows) * columns,
              "rows {}, columns {}, cells {}", rows, columns, siemens.size());
  NVCIM_CHECK(wires.row.value() >= 0 && wires.column.value() >= 0, "row {} ohm, column {} ohm", wires.row.value(),
              wires.column.value());
  NVCIM_CHECK(std::ranges::all_of(siemens, [](double g) { return std::isfinite(g) && g >= 0; }),
              "a cell's conductance is negative or not finite");
  return {siemens.data(), rows, columns};
}

/// Adds a resistor to the nodal matrix; `a` and `b` are node numbers, negative for a node of known voltage.
class NodalMatrix {
 public:
  void add(int a, int b, double conductance) {
    if (a >= 0) entries_.emplace_back(a, a, conductance);
    if (b >= 0) entries_.emplace_back(b, b, conductance);
    // The factorisation reads the lower triangle only.
    if (a >= 0 && b >= 0) entries_.emplace_back(std::max(a, b), std::min(a, b), -conductance);
  }

  Eigen::VectorXd solve(const Eigen::VectorXd& injected) const {
    Eigen::SparseMatrix<double> matrix(injected.size(), injected.size());
    matrix.setFromTriplets(entries_.begin(), entries_.end());
    const Eigen::SimplicialLLT<Eigen::SparseMatrix<double>> factors(matrix);
    NVCIM_CHECK(factors.info() == Eigen::Success, "nodal matrix of {} nodes is not positive definite", injected.size());
    return factors.solve(injected);
  }

 private:
  std::vector<Eigen::Triplet<double>> entries_;
};

/// What one row looks like from the column wires: current into column j = drive[j] * V - (load * u)[j], for the row's
/// drive V and the voltages u of its cells' column ends.
struct RowPort {
  Eigen::VectorXd drive;
  Matrix load;
};

/// Eliminates the nodes of one row wire. With segments of resistance r, cells g and row-node voltages w, Kirchhoff's
/// law is (L + r diag(g)) w = r g∘u + e_0 V, where L is the wire's Laplacian with the driver's segment at the left end:
/// 2 on the diagonal (1 at the open right end), -1 beside it. Scaled by r, so an ideal wire (r = 0) is no special case.
RowPort eliminate_row(const Eigen::VectorXd& g, double r) {
  const Eigen::Index n = g.size();
  if (r == 0) return {g, g.asDiagonal()};
  // Pivots of the elimination from either end. A source at node j decays to the right as w_i = w_{i-1} / right_i;
  // taking the inverse as these ratios keeps clear of the products that overflow on long wires.
  Eigen::VectorXd left(n);
  Eigen::VectorXd right(n);
  const auto diagonal = [&](Eigen::Index i) { return (i + 1 == n ? 1.0 : 2.0) + r * g[i]; };
  for (Eigen::Index i = 0; i < n; ++i) left[i] = diagonal(i) - (i > 0 ? 1 / left[i - 1] : 0);
  for (Eigen::Index i = n - 1; i >= 0; --i) right[i] = diagonal(i) - (i + 1 < n ? 1 / right[i + 1] : 0);
  RowPort port{Eigen::VectorXd(n), Matrix(n, n)};
  for (Eigen::Index j = 0; j < n; ++j) {
    double inverse = 1 / (left[j] + right[j] - diagonal(j));
    for (Eigen::Index i = j; i < n; ++i) {
      if (i > j) inverse /= right[i];
      if (j == 0) port.drive[i] = g[i] * inverse;  // the driver feeds the left end only
      port.load(i, j) = port.load(j, i) = -r * g[i] * inverse * g[j];
    }
    port.load(j, j) += g[j];
  }
  return port;
}

/// Block elimination down the columns. With y_i the column-node voltages of row i divided by the column segment c,
///   D_0 = 1 + c load_0,  D_i = 2 + c load_i - inverse(D_{i-1}),  y_i = inverse(D_i) (drive_i V_i + ... + y_{i+1}),
/// and the sensed current is y of the last row, because the next node is ground. So only the forward sweep is needed,
/// and `transfer` carries the current that a unit drive of each row above sends downwards.
Matrix eliminate_downwards(const Eigen::Ref<const RowMajor>& g, double row_segment, double column_segment) {
  const Eigen::Index rows = g.rows();
  const Eigen::Index columns = g.cols();
  const Matrix identity = Matrix::Identity(columns, columns);
  Matrix transfer(columns, rows);
  Matrix inverse;
  for (Eigen::Index i = 0; i < rows; ++i) {
    const RowPort port = eliminate_row(g.row(i).transpose(), row_segment);
    transfer.col(i) = port.drive;
    if (column_segment == 0) continue;
    Matrix d = column_segment * port.load;
    d.diagonal().array() += i == 0 ? 1.0 : 2.0;
    if (i > 0) d -= inverse;
    inverse = d.llt().solve(identity);
    transfer.leftCols(i + 1) = inverse * transfer.leftCols(i + 1).eval();
  }
  return transfer.transpose();
}

}  // namespace

std::vector<double> column_currents(std::span<const double> siemens, int rows, int columns, WireSegments wires,
                                    std::span<const double> volts) {
  const auto g = checked(siemens, rows, columns, wires);
  NVCIM_CHECK(std::ssize(volts) == rows, "rows {}, voltages {}", rows, volts.size());
  const bool row_nodes = wires.row.value() > 0;
  const bool column_nodes = wires.column.value() > 0;
  // The nodes of an ideal wire are at a known voltage: the drive for a row, ground for a column.
  const auto row_node = [&](int i, int j) { return row_nodes ? i * columns + j : -1; };
  const auto column_node = [&](int i, int j) {
    return column_nodes ? (row_nodes ? rows * columns : 0) + i * columns + j : -1;
  };
  const int nodes = rows * columns * ((row_nodes ? 1 : 0) + (column_nodes ? 1 : 0));
  Eigen::VectorXd voltage = Eigen::VectorXd::Zero(nodes);
  if (nodes > 0) {
    NodalMatrix matrix;
    Eigen::VectorXd injected = Eigen::VectorXd::Zero(nodes);
    for (int i = 0; i < rows; ++i) {
      for (int j = 0; j < columns; ++j) {
        matrix.add(row_node(i, j), column_node(i, j), g(i, j));
        if (row_nodes) matrix.add(j > 0 ? row_node(i, j - 1) : -1, row_node(i, j), 1 / wires.row.value());
        if (row_nodes && j == 0) injected[row_node(i, 0)] = volts[i] / wires.row.value();
        if (column_nodes) {
          matrix.add(column_node(i, j), i + 1 < rows ? column_node(i + 1, j) : -1, 1 / wires.column.value());
          if (!row_nodes) injected[column_node(i, j)] = g(i, j) * volts[i];
        }
      }
    }
    voltage = matrix.solve(injected);
  }
  std::vector<double> currents(columns, 0.0);
  for (int j = 0; j < columns; ++j) {
    for (int i = 0; i < rows; ++i) {
      const double row_voltage = row_nodes ? voltage[row_node(i, j)] : volts[i];
      const double column_voltage = column_nodes ? voltage[column_node(i, j)] : 0.0;
      currents[j] += g(i, j) * (row_voltage - column_voltage);
    }
  }
  return currents;
}

std::vector<double> effective_conductance(std::span<const double> siemens, int rows, int columns, WireSegments wires) {
  const auto g = checked(siemens, rows, columns, wires);
  std::vector<double> effective(siemens.size());
  Eigen::Map<RowMajor> result(effective.data(), rows, columns);
  if (columns <= rows) {
    result = eliminate_downwards(g, wires.row.value(), wires.column.value());
  } else {
    // Reciprocity: driving a column's sense end and sensing at the row drivers gives the same transfer conductances.
    // Seen from there rows and columns change places and both are counted from the other end, and the dense blocks are
    // smaller.
    const RowMajor turned = g.transpose().reverse();
    result = eliminate_downwards(turned, wires.column.value(), wires.row.value()).reverse().transpose();
  }
  return effective;
}

}  // namespace nvcim::device
