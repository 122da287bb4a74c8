// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What most files of the project include and the compiler takes longest over. Nothing may depend on its being
/// included.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/units/quantity.hpp>
#include <boost/units/systems/si.hpp>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>
