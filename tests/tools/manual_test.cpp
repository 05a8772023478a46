#include "tests/support/catch.hpp"
#include "tools/manual/command_text.hpp"
#include "tools/manual/completion.hpp"
#include "tools/manual/manual_page.hpp"

#include <CLI/CLI.hpp>

using namespace midas::internal::tools;
using Catch::Matchers::Contains;

namespace {

// A program with one command of each form that the generator must handle.
struct sample {
  CLI::App program{"Does things.", "prog"};
  std::string text;
  std::vector<std::string> list;
  std::size_t number = 3;
  bool flag = false;

  sample() {
    auto& run = *program.add_subcommand("run", "Run it:\nnow");
    run.add_option("--name,--label", text, "Whose [user's]: a-b\\c")->required();
    run.add_option("--many", list, ".dotted");
    run.add_option("--count", number, "How many")->check(CLI::Range(1, 9))->capture_default_str();
    run.add_option("--as", text, "Form")->check(CLI::IsMember({"x", "y"}));
    run.add_option("--in", text, "Input")->type_name("FILE");
    run.add_option("--to", text, "Output")->type_name("DIRECTORY");
    run.add_option("--on", text, "Host")->type_name("HOST");
    run.add_flag("--secret", flag, "Hidden")->group("");
    run.add_option_group("Choice", "One of")->add_flag("-f,--flag", flag, "A flag");
    run.footer("  'notes'");
    program.add_subcommand("set", "Settings")->add_subcommand("get", "Get one");
    program.add_subcommand("hidden", "Hidden")->group("");
  }

  [[nodiscard]] command_text described() const { return describe(program); }
};

const option_text& option_of(const command_text& command, const std::string& name) {
  for (const auto& group : command.groups) {
    for (const auto& option : group.options) {
      if (option.names.back() == name) {
        return option;
      }
    }
  }
  FAIL("no option " << name);
  throw 0;
}

}  // namespace

TEST_CASE("a description has every command and option that --help shows") {
  const auto program = sample{}.described();
  std::vector<std::string> names;
  for (const auto* command : with_subcommands(program)) {
    names.push_back(joined(command->words, " "));
  }
  CHECK(names == std::vector<std::string>{"prog", "prog run", "prog set", "prog set get"});

  const auto& run = program.commands.front();
  REQUIRE(run.groups.size() == 2);
  CHECK(run.groups.front().options.size() == 8);  // --help and the options in no group
  CHECK(run.groups.back().title == "Choice");
  CHECK(run.groups.back().options.size() == 1);
  CHECK(option_of(run, "--flag").names == std::vector<std::string>{"-f", "--flag"});
  CHECK(option_of(run, "--label").required);
  CHECK(option_of(run, "--many").repeatable);
  CHECK_FALSE(option_of(run, "--label").repeatable);
}

TEST_CASE("a description has the kind, the range and the default of each value") {
  const auto program = sample{}.described();
  const auto& run = program.commands.front();
  CHECK(option_of(run, "--flag").kind == value_kind::none);
  CHECK(option_of(run, "--label").kind == value_kind::text);
  CHECK(option_of(run, "--in").kind == value_kind::file);
  CHECK(option_of(run, "--to").kind == value_kind::directory);
  CHECK(option_of(run, "--as").choices == std::vector<std::string>{"x", "y"});
  CHECK(placeholder(option_of(run, "--as")) == "x|y");
  CHECK(option_of(run, "--on").choices.front() == "workload-identity");
  CHECK(placeholder(option_of(run, "--on")) == "HOST");
  CHECK(option_of(run, "--count").range == "1 - 9");
  CHECK(option_of(run, "--count").default_value == "3");
}

TEST_CASE("a manual page escapes what roff would interpret") {
  const auto program = sample{}.described();
  const auto page = manual_page(program, program.commands.front(), "1.2.3");
  CHECK_THAT(page, Contains(".TH PROG\\-RUN 1 \"\" \"midas 1.2.3\""));
  CHECK_THAT(page, Contains("prog\\-run \\- Run it: now\n"));
  CHECK_THAT(page,
             Contains("\\fBprog run\\fR \\fB\\-\\-name\\fR \\fITEXT\\fR [\\fIOPTION\\fR]...\n"));
  CHECK_THAT(page, Contains("\\fB\\-\\-name\\fR, \\fB\\-\\-label\\fR \\fITEXT\\fR\n"
                            "Whose [user\\(aqs]: a\\-b\\ec. Required.\n"));
  CHECK_THAT(page, Contains("\n\\&.dotted.\n"));
  CHECK_THAT(page, Contains("How many. Range: 1 \\- 9. Default: 3.\n"));
  CHECK_THAT(page, Contains(".nf\n  \\(aqnotes\\(aq\n.fi\n"));
  CHECK_THAT(page, Contains("\\fBprog\\-set\\-get\\fR(1)"));
  CHECK_THAT(page, !Contains("secret") && !Contains("hidden"));
}

TEST_CASE("completion has nested commands, and offers all that are not hidden") {
  const auto program = sample{}.described();
  const auto bash = bash_completion(program);
  CHECK_THAT(bash, Contains("'prog set get'"));
  CHECK_THAT(bash, Contains("'prog') words='run set -h --help'"));
  CHECK_THAT(bash, !Contains("secret") && !Contains("hidden"));
  const auto zsh = zsh_completion(program);
  CHECK_THAT(zsh, Contains("get) _prog_set_get ;;"));
  CHECK_THAT(zsh, Contains("{--name=,--label=}'[Whose \\[user'\\''s\\]\\: a-b\\\\c]:TEXT: '"));
  CHECK_THAT(zsh, Contains("'*'--many='[.dotted]:TEXT: '"));
  CHECK_THAT(zsh, Contains("'[Output]:DIRECTORY:_files -/'"));
  CHECK_THAT(zsh, !Contains("secret") && !Contains("hidden"));
}
