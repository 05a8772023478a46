// Writes the manual pages and the completion scripts of the program:
//
//   midas_manual DIRECTORY    writes DIRECTORY/man1/*.1, DIRECTORY/bash/midas and
//   DIRECTORY/zsh/_midas
#include "tools/manual/completion.hpp"
#include "tools/manual/manual_page.hpp"
#include "tools/program.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace midas::internal::tools {

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  if (!(file << text).flush()) {
    throw std::runtime_error("cannot write " + path.string());
  }
}

void write_all(const std::filesystem::path& directory) {
  CLI::App parser;
  const auto actions = declare_program(parser);
  const auto program = describe(parser);
  // A page of a command that was removed must not be installed.
  std::filesystem::remove_all(directory / "man1");
  for (const auto* command : with_subcommands(program)) {
    write(directory / "man1" / (page_name(*command) + ".1"),
          manual_page(program, *command, MIDAS_VERSION));
  }
  write(directory / "bash" / parser.get_name(), bash_completion(program));
  write(directory / "zsh" / ("_" + parser.get_name()), zsh_completion(program));
}

}  // namespace

}  // namespace midas::internal::tools

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: midas_manual DIRECTORY\n";
    return 2;
  }
  try {
    midas::internal::tools::write_all(argv[1]);
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "midas_manual: " << e.what() << '\n';
    return 1;
  }
}
