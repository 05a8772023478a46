# Extracts the code blocks of pages, so that a build compiles them and a test reads them.
#
#   awk -v directory=DIRECTORY -f code_blocks.awk PAGE...
#
# Writes to DIRECTORY:
#   PAGE-1.cpp       the first block of the page that begins with #include: a source of its own
#   fragments.cpp    all other cpp blocks, each in a namespace of its own
#   PAGE-1.out       the text block under it that follows the comment <!-- prints -->: the output of that
#                    program, with which a test compares what it prints
#   PAGE-LINE.sh     a block of a shell, json or cmake
#
# A fragment is the body of a function. What it needs is in an HTML comment above the block:
#   <!-- context: midas::token_service tokens; -->
# If the block defines functions, the comment is
#   <!-- context of definitions: extern midas::token_service& tokens; -->
# For cmake, the context is what the project has before the block.
#
# tests/adapters/pages_test.py compares the C, C++ and Python of docs/adapters with the examples, and so
# it does with the block below <!-- excerpt --> in any page. Otherwise, a block in a language other than
# these is an error: nothing would check it.

function fail(text) {
  print FILENAME ":" FNR ": " text >"/dev/stderr"
  failed = 1
  exit 1
}

function stem_of(page) {
  sub(/^.*\//, "", page)
  sub(/\.md$/, "", page)
  return page
}

function write(name, text) {
  printf "%s", text >(directory "/" name)
  close(directory "/" name)
}

function end_block(stem, line, number, name) {
  stem = stem_of(FILENAME)
  line = "#line " (began + 1) " \"" FILENAME "\"\n"
  if (language != "cpp") {
    write(stem "-" began "." language, context (context ? "\n" : "") block)
  } else if (block ~ /^#include/) {
    write(stem "-" ++complete[FILENAME] ".cpp", line block)
  } else {
    name = stem "_" began
    gsub(/[^A-Za-z0-9_]/, "_", name)
    fragments = fragments "\nnamespace " name " {\n" \
      (defines ? context "\n" line block : "void block() {\n" context "\n" line block "}\n") "}\n"
  }
  context = ""
  defines = 0
}

function end_output() {
  if (!complete[FILENAME]) fail("no program is above this output")
  if (language != "text") fail("an output is a block without a language")
  write(stem_of(FILENAME) "-" complete[FILENAME] ".out", block)
  prints = 0
}

FNR == 1 {
  if (prints) fail("the page above ends before an output")
  if (language != "") fail("the page above ends in a code block")
  context = ""
  defines = 0
}

# In a block, up to its end.
language != "" {
  if ($0 ~ /^ *```$/) {
    if (prints) end_output()
    else if (excerpt) excerpt = 0
    else if (language !~ skipped) end_block()
    language = ""
  } else {
    block = block $0 "\n"
  }
  next
}

/^ *```/ {
  language = $0
  sub(/^ *```/, "", language)
  if (language == "") language = "text"
  skipped = excerpt || FILENAME ~ /docs\/adapters\// ? "^(text|cpp|c|python)$" : "^text$"
  if (language !~ /^(cpp|sh|json|cmake)$/ && language !~ skipped) fail("no test reads blocks of " language)
  block = ""
  began = FNR
  next
}

/^<!-- context( of definitions)?:/ {
  defines = /definitions/
  sub(/^<!-- context[a-z ]*: */, "")
  in_context = 1
}

in_context {
  in_context = !/-->/
  sub(/ *-->.*/, "")
  context = context (context ? "\n" : "") $0
  next
}

/^<!-- prints -->$/ {
  prints = 1
  next
}

/^<!-- excerpt -->$/ {
  excerpt = 1
  next
}

/./ && excerpt { fail("an excerpt is not above a block") }

# An output belongs to the block that follows it.
/./ && prints { fail("an output is not above a block") }

# A context belongs to the block that follows it.
/./ && context { fail("a context is not above a code block") }

END {
  if (failed) exit 1
  if (language != "") fail("the page ends in a code block")
  if (prints) fail("the page ends before an output")
  write("fragments.cpp", "#include \"tests/pages/fragments.hpp\"\n" fragments)
}
