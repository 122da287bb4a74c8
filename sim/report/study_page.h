// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/report/html_report.h"

/// Pages of studies: sections of text, tables and charts, as one self-contained file (drawn by html/study.js).
namespace nvcim::sim {

/// Of a chart. Values are in SI base units; the page chooses a prefix. "%": shares 0…1, shown times 100. "": as they
/// are.
struct ChartAxis {
  std::string title;
  std::string unit;
  std::optional<double> min = {};
  std::optional<double> max = {};
  bool logarithmic = false;
};

struct ChartPoint {
  double x = 0;
  double y = 0;
  double spread = 0;  ///< half width of the band around y; 0 everywhere: no band
};

struct ChartSeries {
  std::string name;
  std::vector<ChartPoint> points = {};
  int hue = 0;         ///< the same number is the same colour in every chart of a page
  bool plain = false;  ///< a thin grey line without dots, for a reference
  bool dashed = false;
  bool stepped = false;  ///< what holds until the next point
  bool dots = false;     ///< without a line
};

struct LineChart {
  ChartAxis x, y;
  std::vector<ChartSeries> series;
};

struct BarChart {
  std::string title;  ///< of the values
  std::string unit;
  std::vector<std::string> labels;
  struct Series {
    std::string name;
    std::vector<double> values;  ///< [labels]
  };
  std::vector<Series> series;
};

/// Shares 0…1 as shades.
struct HeatMap {
  std::vector<std::vector<double>> values;  ///< [rows][columns]; negative: nothing there
  std::string x_title;
  std::vector<std::pair<int, std::string>> row_labels;     ///< row at which it begins
  std::vector<std::pair<int, std::string>> column_labels;  ///< column at which it begins
};

/// The first row holds the headings; the first `left` columns are text, the others numbers.
struct PageTable {
  std::vector<std::vector<std::string>> rows;
  int left = 1;
};

using PageItem = std::variant<LineChart, BarChart, HeatMap, PageTable>;

struct PageSection {
  std::string title;
  std::string note;  ///< plain text
  std::vector<PageItem> items;
};

struct StudyPage {
  std::string kind;  ///< "write-verify sweep"
  std::string network;
  std::string architecture;  ///< may be empty
  std::string lead;
  std::vector<PageSection> sections;
};

/// A share 0…1 in percent with two decimals, the unit standing in a heading: "87.71".
std::string percent_figure(double share);

/// All text is escaped. A section without items is left out.
std::string study_page(const StudyPage& page, const PageTexts& texts);

}  // namespace nvcim::sim
