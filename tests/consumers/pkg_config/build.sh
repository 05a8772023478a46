#!/usr/bin/env bash
# Compiles and links a program with a plain compiler command and what pkg-config says.
#
#   tests/consumers/pkg_config/build.sh PREFIX COMPILER DIALECT SOURCE PROGRAM
set -euo pipefail
prefix=$1 compiler=$2 dialect=$3 source=$4 program=$5

PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name midas.pc)")
export PKG_CONFIG_PATH
read -r -a flags <<<"$(pkg-config --cflags --libs midas-simulator)"
"$compiler" "-std=$dialect" -Wall -Wextra -Werror -o "$program" "$source" "${flags[@]}"
