#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "cli/session.h"

namespace backcourt {

namespace {

std::string TableText(std::string text) { return ReplaceAll(std::move(text), "|", "\\|"); }

std::string Dictionary(const Project& project) {
  std::string text =
      "# Data dictionary\n\nMade by `backcourt docs` from the headers of the models and raw tables.\n\n";
  text += "| table | one row a | what |\n|---|---|---|\n";
  for (const Model& model : project.models)
    text +=
        fmt::format("| [{0}](#{0}) | {1} | {2} |\n", model.name, Join(model.key, ", "), TableText(model.about));
  for (const RawTable& raw : project.raw_tables)
    text += fmt::format("| [{0}](#{0}) | {1} | {2} |\n", raw.name, Join(raw.key, ", "), TableText(raw.about));
  for (const Model& model : project.models) {
    text += fmt::format("\n## {}\n\n{}\n\n{}. Key: {}. Date: {}.\n\n", model.name, model.about,
                        model.view     ? "A view"
                        : model.helper ? "A helper table"
                                       : "A public table of " + model.group,
                        Join(model.key, ", "), model.date);
    if (!model.reads.empty()) {
      text += "| reads | window |\n|---|---|\n";
      for (const Read& read : model.reads) {
        std::vector<std::string> windows;
        for (const Window& window : read.windows)
          windows.push_back(window.Str());
        text += fmt::format("| {} | {} |\n", read.table, Join(windows, ", "));
      }
      text += "\n";
    }
    text += "| column | meaning |\n|---|---|\n";
    for (const auto& [name, about] : model.columns) {
      text += fmt::format("| {} | {}", name, TableText(about));
      for (const auto& [needs, columns] : model.needs)
        if (std::find(columns.begin(), columns.end(), name) != columns.end())
          text += fmt::format(" (needs {})", needs);
      text += " |\n";
    }
    if (!model.checks.empty()) {
      text += "\nChecked at every commit: ";
      std::vector<std::string> names;
      for (const auto& [name, query] : model.checks)
        names.push_back(name);
      text += Join(names, "; ") + ".\n";
    }
  }
  for (const RawTable& raw : project.raw_tables) {
    text +=
        fmt::format("\n## {}\n\n{}\n\nA raw table. Key: {}.\n\n| column | type | meaning |\n|---|---|---|\n",
                    raw.name, raw.about, Join(raw.key, ", "));
    for (const Column& column : raw.columns)
      text += fmt::format("| {} | {} | {} |\n", column.name, column.type, TableText(column.about));
  }
  return text;
}

std::string Graph(const Project& project) {
  std::string text =
      "# Who reads whom\n\nMade by `backcourt docs` from the headers of the models.\n\n```mermaid\nflowchart "
      "LR\n";
  for (const Model& model : project.models)
    for (const Read& read : model.reads) {
      std::vector<std::string> windows;
      for (const Window& window : read.windows)
        windows.push_back(window.Str());
      if (project.FindModel(read.table))
        text += fmt::format("  {} -->|{}| {}\n", read.table, Join(windows, ", "), model.name);
    }
  text += "```\n\n| table | reads |\n|---|---|\n";
  for (const Model& model : project.models) {
    std::vector<std::string> reads;
    for (const Read& read : model.reads) {
      std::vector<std::string> windows;
      for (const Window& window : read.windows)
        windows.push_back(window.Str());
      reads.push_back(fmt::format("{} ({})", read.table, Join(windows, ", ")));
    }
    text += fmt::format("| {} | {} |\n", model.name, Join(reads, "; "));
  }
  return text;
}

}  // namespace

Result<int> RunDocs(const Project& project, const Arguments& arguments, const Output& output) {
  std::string part = arguments.words.empty() ? "dictionary" : arguments.words[0];
  if (!arguments.output.empty()) {
    namespace fs = std::filesystem;
    fs::path folder = arguments.output;
    std::error_code failed;
    fs::create_directories(folder, failed);
    for (const auto& [name, text] :
         {std::pair("data-dictionary.md", Dictionary(project)), std::pair("graph.md", Graph(project)),
          std::pair("commands.md", CommandReference())}) {
      std::ofstream out(folder / name);
      out << text;
      if (!out.flush())
        return Error{ErrorKind::kUsage, fmt::format("{} cannot be written", (folder / name).string()),
                     "another folder"};
    }
    output.Out(fmt::format("written to {}\n", folder.string()));
    return 0;
  }
  if (part == "dictionary")
    output.Out(Dictionary(project));
  else if (part == "graph")
    output.Out(Graph(project));
  else if (part == "commands")
    output.Out(CommandReference());
  else
    return Error{ErrorKind::kUsage, fmt::format("'{}' is no part of the docs", part),
                 Nearest(part, {"dictionary", "graph", "commands", "completion"})};
  return 0;
}

}  // namespace backcourt
