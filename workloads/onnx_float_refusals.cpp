// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_float_refusals.h"

#include <map>

namespace nvcim::workloads::onnx_file {
namespace {

constexpr const char* kActivation =
    "the activation unit does not have this function; train with Relu, LeakyRelu, Clip (relu6), Sigmoid, Tanh, "
    "HardSigmoid or HardSwish instead";
constexpr const char* kNorm =
    "it takes statistics of each input at work; BatchNormalization, whose statistics are constant after training, "
    "folds "
    "into the weights";
constexpr const char* kRecurrent = "recurrent networks do not run; networks without loops through time do";
constexpr const char* kControl =
    "control flow does not run; export with torch.jit.trace, which writes the one path taken";
constexpr const char* kResample =
    "there is no unit that resamples maps; use strided convolutions or pools to shrink, and end the network before "
    "maps "
    "grow again";
constexpr const char* kReduce = "there is no unit for it; ReduceMean over height and width is supported";
constexpr const char* kSelect =
    "it belongs to what is done with the network's outputs; export the network up to its logits";
constexpr const char* kQuantised =
    "it is an operator of an already quantised network in another form; export with QuantizeLinear and "
    "DequantizeLinear "
    "(QDQ), or in floating point";

const std::map<std::string, const char*>& advice() {
  static const std::map<std::string, const char*> table = {
      {"Elu", kActivation},
      {"Selu", kActivation},
      {"Celu", kActivation},
      {"PRelu", kActivation},
      {"ThresholdedRelu", kActivation},
      {"Softplus", kActivation},
      {"Softsign", kActivation},
      {"Mish", kActivation},
      {"Gelu", kActivation},
      {"Erf", kActivation},
      {"Exp", kActivation},
      {"Log", kActivation},
      {"Pow", kActivation},
      {"Sqrt", kActivation},
      {"Abs", kActivation},
      {"Max", kActivation},
      {"Min", kActivation},
      {"InstanceNormalization", kNorm},
      {"LayerNormalization", kNorm},
      {"GroupNormalization", kNorm},
      {"LpNormalization", kNorm},
      {"MeanVarianceNormalization", kNorm},
      {"LRN", kNorm},
      {"RNN", kRecurrent},
      {"LSTM", kRecurrent},
      {"GRU", kRecurrent},
      {"Scan", kRecurrent},
      {"If", kControl},
      {"Loop", kControl},
      {"Resize", kResample},
      {"Upsample", kResample},
      {"ConvTranspose", kResample},
      {"DepthToSpace", kResample},
      {"SpaceToDepth", kResample},
      {"GridSample", kResample},
      {"MaxUnpool", kResample},
      {"MaxRoiPool", kResample},
      {"RoiAlign", kResample},
      {"ReduceMax", kReduce},
      {"ReduceMin", kReduce},
      {"ReduceSum", kReduce},
      {"ReduceProd", kReduce},
      {"ReduceL1", kReduce},
      {"ReduceL2", kReduce},
      {"LpPool", kReduce},
      {"GlobalLpPool", kReduce},
      {"ArgMax", kSelect},
      {"ArgMin", kSelect},
      {"TopK", kSelect},
      {"NonMaxSuppression", kSelect},
      {"ConvInteger", kQuantised},
      {"MatMulInteger", kQuantised},
      {"QLinearConv", kQuantised},
      {"QLinearMatMul", kQuantised},
      {"DynamicQuantizeLinear", kQuantised},
      {"Einsum", "a product of tensors in general; Gemm, MatMul and Conv with constant weights are supported"},
  };
  return table;
}

}  // namespace

std::string advice_for(const std::string& op) {
  const auto found = advice().find(op);
  return found == advice().end() ? "no unit of the chip does this; build it from operators that are supported"
                                 : found->second;
}

}  // namespace nvcim::workloads::onnx_file
