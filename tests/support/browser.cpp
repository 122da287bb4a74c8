// SPDX-License-Identifier: Apache-2.0
#include "tests/support/browser.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace nvcim::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWatch = R"html(
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<script>
window.seen = [];
window.addEventListener("error", (event) => window.seen.push("error: " + event.message));
window.addEventListener("unhandledrejection", (event) => window.seen.push("rejection: " + event.reason));
document.addEventListener("securitypolicyviolation", (event) => window.seen.push("policy: " + event.violatedDirective + " " + event.blockedURI));
for (const kind of ["error", "warn"]) {
  const before = console[kind];
  console[kind] = (...words) => { window.seen.push(kind + ": " + words.join(" ")); before.apply(console, words); };
}
</script>
)html";

constexpr const char* kLook = R"html(
<script>
window.addEventListener("load", () => {
  const drawn = [], blank = [];
  for (const chart of document.querySelectorAll(".chart")) {
    if (chart.closest("[hidden]")) continue;
    const canvas = chart.querySelector("canvas") || chart.closest("canvas");
    const colours = new Set();
    if (canvas && canvas.width > 0 && canvas.height > 0) {
      const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
      for (let i = 0; i < pixels.length && colours.size < 9; ++i) colours.add(pixels[i]);
    }
    (colours.size > 8 ? drawn : blank).push(chart.id);
  }
  const requests = performance.getEntriesByType("resource").map((entry) => entry.name);
  const result = { errors: window.seen, requests: requests, drawn: drawn, blank: blank, text: document.querySelector("main").innerText };
  document.documentElement.setAttribute("data-opened", encodeURIComponent(JSON.stringify(result)));
});
</script>
)html";

std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::strtol(text.substr(i + 1, 2).c_str(), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::optional<OpenedPage> open_page(const std::string& html, bool dark) {
  if (std::string_view(NVCIM_CHROMIUM).ends_with("-NOTFOUND")) return std::nullopt;
  std::string pattern = (fs::temp_directory_path() / "nvcim-page-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return std::nullopt;
  const fs::path folder = pattern;
  std::string page = html;
  page.insert(page.find("<head>") + 6, kWatch);
  page.insert(page.rfind("</body>"), kLook);
  std::ofstream(folder / "page.html", std::ios::binary) << page;
  const std::string command = fmt::format(
      "HOME='{0}' '{1}' --headless --no-sandbox --disable-gpu --no-first-run --user-data-dir='{0}/profile' "
      "--window-size=1280,900 --blink-settings=preferredColorScheme={2} --dump-dom 'file://{0}/page.html' 2>/dev/null",
      folder.string(), NVCIM_CHROMIUM, dark ? 0 : 1);
  std::string dom;
  if (std::FILE* pipe = ::popen(command.c_str(), "r")) {
    std::array<char, 65536> buffer;
    for (std::size_t count; (count = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
      dom.append(buffer.data(), count);
    ::pclose(pipe);
  }
  fs::remove_all(folder);
  OpenedPage opened;
  const std::string mark = "data-opened=\"";
  const std::size_t begin = dom.find(mark);
  if (begin == std::string::npos) {
    opened.errors.push_back("the page did not load");
    return opened;
  }
  const std::size_t from = begin + mark.size();
  const auto json = nlohmann::json::parse(decoded(dom.substr(from, dom.find('"', from) - from)));
  opened.errors = json["errors"].get<std::vector<std::string>>();
  opened.requests = json["requests"].get<std::vector<std::string>>();
  opened.drawn = json["drawn"].get<std::vector<std::string>>();
  opened.blank = json["blank"].get<std::vector<std::string>>();
  opened.text = json["text"].get<std::string>();
  return opened;
}

}  // namespace nvcim::testing
