#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>

#include "base/text.h"
#include "base/version.h"
#include "cli/exit_code.h"

namespace backcourt {

namespace {

const std::map<std::string, std::string> kEarlierFlags = {
    {"--no-resume", "here it is `--force`: also what is fresh"},
    {"--skip-preflight", "it is not needed: dependencies are a cell's own; see `--allow-missing`"},
    {"--backfill-mode", "it is not needed: there is one way to fill"},
    {"--workers", "here it is `--parallel`"},
};

// What the options of a command were given, by the names of their fields.
struct Arguments {
  std::string project;
  std::map<std::string, std::string> texts;
  std::map<std::string, std::vector<std::string>> lists;
  std::map<std::string, bool> flags;
};

std::string OptionName(const std::string& field) { return "--" + ReplaceAll(field, "_", "-"); }

void AddOption(CLI::App& sub, const Schema::Field& field, Arguments& arguments) {
  using Kind = Schema::Kind;
  const Facets& facets = field.facets;
  if (facets.hidden) return;
  std::string name = facets.positional ? facets.metavar : OptionName(field.name);
  CLI::Option* option = nullptr;
  if (field.type->kind == Kind::kBool) {
    sub.add_flag(name, arguments.flags[field.name], field.about);
    return;
  }
  if (field.type->kind == Kind::kList)
    option = sub.add_option(name, arguments.lists[field.name], field.about);
  else
    option = sub.add_option(name, arguments.texts[field.name], field.about);
  if (!facets.positional) option->type_name(facets.metavar);
  if (facets.positional && field.type->kind != Kind::kList) option->expected(1);
  if (facets.required) option->required();
  if (field.type->kind == Kind::kInt) option->check(CLI::Range(int64_t(facets.least), int64_t(facets.most)));
  if (field.type->kind == Kind::kReal) option->check(CLI::Range(facets.least, facets.most));
}

bool TakesLookups(const Command& command) {
  for (const Schema::Field& field : command.verb->request.fields)
    if (field.type->kind == Schema::Kind::kMap) return true;
  return false;
}

// Adds a command to `app`, bound to `given`.
CLI::App* Build(CLI::App& app, const Command& command, Arguments& arguments) {
  const Verb& verb = *command.verb;
  CLI::App* sub = app.add_subcommand(verb.name, verb.about);
  sub->set_help_flag("-h,--help", "This text.");
  sub->footer(fmt::format("{}{}Example:\n  {}", verb.details, *verb.details ? "\n\n" : "", verb.example));
  sub->add_option("--project", arguments.project,
                  "Folder of backcourt.toml (default: the nearest one at or above the working folder).")
      ->type_name("DIR");
  for (const Schema* schema : {&verb.request, &command.view})
    for (const Schema::Field& field : schema->fields)
      AddOption(*sub, field, arguments);
  if (TakesLookups(command)) sub->allow_extras();
  return sub;
}

std::vector<std::string> OptionNames(const CLI::App* sub) {
  std::vector<std::string> names;
  for (const CLI::Option* option : sub->get_options())
    for (const std::string& name : option->get_lnames())
      names.push_back("--" + name);
  return names;
}

const Command* FindCommand(const std::string& name) {
  for (const Command& command : Commands())
    if (name == command.verb->name) return &command;
  return nullptr;
}

std::string Overview() {
  std::string text =
      "backcourt keeps a warehouse of NBA tables complete, correct and safe in time.\n\n"
      "A project is a folder with backcourt.toml, which says where the files lie and what pack of tables is "
      "used.\n"
      "Raw tables hold what the files say. All other tables are made of them, one game date at a time: a "
      "cell is\n"
      "one table on one date, and the warehouse knows of every cell whether it is filled and up to date.\n\n"
      "Usage: backcourt COMMAND [OPTIONS], or backcourt --version\n\nCommands:\n";
  for (const Verb& verb : Verbs())
    text += fmt::format("  {:<10} {}\n", verb.name, verb.about);
  text +=
      "\nExample: fill everything, then see how far it is.\n  backcourt backfill all\n  backcourt status\n\n"
      "Every command explains itself: backcourt COMMAND --help\n\nExit codes:\n";
  for (const auto& [code, meaning] : ExitCodes())
    text += fmt::format("  {:>3}  {}\n", code, meaning);
  return text;
}

std::string Absolute(const std::string& path) {
  if (path.empty() || path.find("://") != std::string::npos) return path;
  return std::filesystem::absolute(path).lexically_normal().string();
}

// The values that were given, as the schema wants them.
nlohmann::json Values(const Schema& schema, const Arguments& arguments, const CLI::App* sub) {
  using Kind = Schema::Kind;
  nlohmann::json values = nlohmann::json::object();
  for (const Schema::Field& field : schema.fields) {
    if (field.facets.hidden) continue;
    const CLI::Option* option =
        sub->get_option(field.facets.positional ? field.facets.metavar : OptionName(field.name));
    if (option->count() == 0) continue;
    nlohmann::json& value = values[field.name];
    if (field.type->kind == Kind::kBool) {
      value = arguments.flags.at(field.name);
    } else if (field.type->kind == Kind::kList) {
      value = nlohmann::json::array();
      for (const std::string& item : arguments.lists.at(field.name))
        value.push_back(field.facets.path ? Absolute(item) : item);
    } else {
      const std::string& text = arguments.texts.at(field.name);
      if (field.type->kind == Kind::kInt)
        value = std::stoll(text);
      else if (field.type->kind == Kind::kReal)
        value = std::stod(text);
      else
        value = field.facets.path ? Absolute(text) : text;
    }
  }
  return values;
}

// Options that only the pack knows, as --player NAME.
Result<> TakeLookups(const Command& command, std::vector<std::string> rest, nlohmann::json& request) {
  nlohmann::json lookups = nlohmann::json::object();
  for (size_t i = 0; i < rest.size(); ++i) {
    std::string name = rest[i], value;
    size_t equals = name.find('=');
    if (!name.starts_with("--"))
      return Error{ErrorKind::kUsage, fmt::format("`backcourt {}` takes no '{}'", command.verb->name, name),
                   fmt::format("`backcourt {} --help`", command.verb->name)};
    if (equals != std::string::npos)
      value = name.substr(equals + 1), name.resize(equals);
    else if (i + 1 < rest.size())
      value = rest[++i];
    else
      return Error{ErrorKind::kUsage, fmt::format("{} needs a value", name),
                   fmt::format("`backcourt {} --help`", command.verb->name)};
    lookups[ReplaceAll(name.substr(2), "-", "_")] = value;
  }
  if (!lookups.empty()) request["lookups"] = lookups;
  return {};
}

Error Unknown(const Command& command, const CLI::App* sub, const std::string& extra) {
  std::string name = extra.substr(0, extra.find('='));
  const char* verb = command.verb->name;
  if (auto earlier = kEarlierFlags.find(name); earlier != kEarlierFlags.end())
    return {ErrorKind::kUsage,
            fmt::format("{} was an option of the earlier system; {}", name, earlier->second),
            fmt::format("`backcourt {} --help`", verb)};
  if (extra.starts_with("-"))
    return {ErrorKind::kUsage, fmt::format("`backcourt {}` has no option {}", verb, name),
            Suggestion(name, OptionNames(sub), "")};
  return {ErrorKind::kUsage, fmt::format("`backcourt {}` takes no '{}'", verb, extra),
          fmt::format("`backcourt {} --help`", verb)};
}

}  // namespace

Result<Invocation> ParseWords(const std::vector<std::string>& words) {
  Invocation invocation;
  std::vector<std::string> rest = words;
  std::string project;  // --project may stand before the command
  while (rest.size() >= 2 && rest[0] == "--project") {
    project = rest[1];
    rest.erase(rest.begin(), rest.begin() + 2);
  }
  if (rest.empty() || rest[0] == "--help" || rest[0] == "-h" || rest[0] == "help") {
    invocation.text = Overview();
    return invocation;
  }
  if (rest[0] == "--version") {
    invocation.text = fmt::format("backcourt {}\n", Version());
    return invocation;
  }
  const Command* command = FindCommand(rest[0]);
  if (!command) {
    std::vector<std::string> names;
    for (const Verb& verb : Verbs())
      names.push_back(verb.name);
    return Error{ErrorKind::kUsage, fmt::format("'{}' is not a command", rest[0]),
                 (Nearest(rest[0], names).empty() ? "" : "`backcourt " + Nearest(rest[0], names) + "`; ") +
                     "`backcourt --help` lists all"};
  }
  CLI::App app("", "backcourt");
  app.require_subcommand(0, 1);
  app.set_help_flag();
  Arguments arguments;
  CLI::App* sub = Build(app, *command, arguments);
  try {
    app.parse(std::vector<std::string>(rest.rbegin(), rest.rend()));
  } catch (const CLI::CallForHelp&) {
    invocation.text = sub->help("backcourt");
    return invocation;
  } catch (const CLI::ExtrasError&) {
    return Unknown(*command, sub, app.remaining(true).front());
  } catch (const CLI::ParseError& error) {
    return Error{ErrorKind::kUsage, error.what(), fmt::format("`backcourt {} --help`", command->verb->name)};
  }
  invocation.command = command;
  invocation.project = arguments.project.empty() ? project : arguments.project;
  invocation.request = Values(command->verb->request, arguments, sub);
  invocation.view = Values(command->view, arguments, sub);
  TRY(TakeLookups(*command, sub->remaining(), invocation.request));
  return invocation;
}

std::string CommandReference() {
  std::string text =
      "# Commands\n\nMade by `backcourt docs` from the program's own help.\n\n```\n" + Overview() + "```\n";
  for (const Command& command : Commands()) {
    Arguments ignored;
    CLI::App app("", "backcourt");
    text += fmt::format("\n## {}\n\n```\n{}```\n", command.verb->name,
                        Build(app, command, ignored)->help("backcourt"));
  }
  return text;
}

std::string Completion() {
  std::vector<std::string> names;
  std::string cases;
  for (const Command& command : Commands()) {
    Arguments ignored;
    CLI::App app("", "backcourt");
    names.push_back(command.verb->name);
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command.verb->name,
                         Join(OptionNames(Build(app, command, ignored)), " "));
  }
  return fmt::format(
      R"(_backcourt() {{
  local words="{}"
  case "${{COMP_WORDS[1]}}" in
{}  esac
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _backcourt backcourt
)",
      Join(names, " "), cases);
}

}  // namespace backcourt
