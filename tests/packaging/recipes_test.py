#!/usr/bin/env python3
"""Checks what can be checked of packaging/ without the registries: that the recipes are well-formed,
that their versions, licenses and targets are the project's, and that every option which they pass to
CMake exists. The recipe for Conan runs with stand-ins for Conan's own modules.

    recipes_test.py REPOSITORY
"""

import fnmatch
import importlib.util
import itertools
import json
import re
import sys
import types
from pathlib import Path

sys.dont_write_bytecode = True
repository = Path(sys.argv[1])
packaging = repository / "packaging"
failures = []


def check(condition, problem):
    if not condition:
        failures.append(problem)


def text_of(*path):
    return repository.joinpath(*path).read_text()


lists = text_of("CMakeLists.txt")
version = re.search(r"project\(midas VERSION ([0-9.]+)", lists)[1]
cmake_options = set(re.findall(r"option\((\w+)", lists))
targets = {"midas::" + name for name in re.findall(r"add_library\(midas::(\w+) ALIAS",
                                                   lists + text_of("simulator", "CMakeLists.txt"))}
license_name = {"MIT License": "MIT"}[text_of("LICENSE").strip().splitlines()[0]]


def check_targets(path):
    for target in re.findall(r"midas::\w+", path.read_text()):
        check(target in targets, f"{path}: midas has no target {target}")


rooms_of_feature = {"simulator": ("http", "simulator"), "tools": ("proxy", "tools")}


def boost_modules(*rooms):
    """The ports of vcpkg whose headers the sources of these folders include."""
    sources = [path for room in rooms for path in repository.joinpath(room).rglob("*.[ch]pp")]
    return {"boost-" + name for path in sources
            for name in re.findall(r"#include <boost/(\w+)", path.read_text())}


def check_vcpkg():
    port = packaging / "vcpkg" / "ports" / "midas"
    manifest = json.loads((port / "vcpkg.json").read_text())
    known = {"name", "version-semver", "port-version", "description", "homepage", "license", "supports",
             "dependencies", "default-features", "features"}
    check(set(manifest) <= known, f"vcpkg.json: unknown members {set(manifest) - known}")
    check(manifest["name"] == port.name, "vcpkg.json: the name is not that of the folder")
    check(manifest["version-semver"] == version, f"vcpkg.json: the version is not {version}")
    check(manifest["license"] == license_name, f"vcpkg.json: the license is not {license_name}")

    def check_dependencies(dependencies, where):
        names = [d if isinstance(d, str) else d["name"] for d in dependencies]
        check(names == sorted(names), f"vcpkg.json: the dependencies of {where} are not sorted")
        for dependency in dependencies:
            if isinstance(dependency, dict):
                extra = set(dependency) - {"name", "host", "default-features", "features", "version>=",
                                           "platform"}
                check(not extra, f"vcpkg.json: a dependency of {where} has {extra}")
        return {d["name"]: d for d in dependencies if isinstance(d, dict)}

    detailed = check_dependencies(manifest["dependencies"], "midas")
    check(detailed["curl"]["features"] == ["openssl"] and not detailed["curl"]["default-features"],
          "vcpkg.json: curl is not the one with OpenSSL alone")
    for host in ("vcpkg-cmake", "vcpkg-cmake-config"):
        check(detailed[host].get("host") is True, f"vcpkg.json: {host} is no dependency of the host")
    for name, feature in manifest["features"].items():
        check(set(feature) == {"description", "dependencies"}, f"vcpkg.json: feature {name}")
        check_dependencies(feature["dependencies"], name)
        listed = {d for d in feature["dependencies"] if str(d).startswith("boost-")}
        used = boost_modules(*rooms_of_feature[name])
        check(listed == used, f"vcpkg.json: feature {name} lists {listed}, its sources include {used}")

    portfile = (port / "portfile.cmake").read_text()
    features = re.search(r"FEATURES\s+([^)]*)\)", portfile)[1].split()
    check(set(features[::2]) == set(manifest["features"]),
          "portfile.cmake: its features are not those of vcpkg.json")
    for option in features[1::2] + re.findall(r"-D(\w+)=", portfile):
        check(option in cmake_options, f"portfile.cmake: CMakeLists.txt has no option {option}")
    check("vcpkg_install_copyright" in portfile, "portfile.cmake: the license is not installed")
    check_targets(port / "usage")


class Recorder:
    """Stands for an object of Conan: each attribute is a recorder or what was set, each call is kept."""

    def __init__(self, *arguments):
        self.calls = [arguments]
        self.components = {}
        self.cache_variables = {}

    def __call__(self, *arguments, **named):
        self.calls.append((*arguments, named))
        return self

    def __getattr__(self, name):
        value = Recorder()
        object.__setattr__(self, name, value)
        return value


class Components(dict):
    def __missing__(self, name):
        self[name] = types.SimpleNamespace(properties={}, requires=[], libs=[])
        self[name].set_property = self[name].properties.__setitem__
        return self[name]


def conan_modules(toolchains):
    class ConanFile:
        pass

    class Toolchain(Recorder):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            toolchains.append(self)

    contents = {
        "conan": {"ConanFile": ConanFile},
        "conan.errors": {"ConanInvalidConfiguration": type("Invalid", (Exception,), {})},
        "conan.tools": {},
        "conan.tools.build": {"check_min_cppstd": Recorder(), "can_run": lambda _: False},
        "conan.tools.cmake": {"CMake": Recorder, "CMakeDeps": Recorder, "CMakeToolchain": Toolchain,
                              "cmake_layout": Recorder()},
        "conan.tools.files": {"copy": Recorder(), "get": Recorder(), "rmdir": Recorder()},
    }
    for name, members in contents.items():
        module = types.ModuleType(name)
        module.__dict__.update(members)
        sys.modules[name] = module
    return contents["conan.errors"]["ConanInvalidConfiguration"]


def load(path):
    spec = importlib.util.spec_from_file_location(path.parent.name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def recipe_with(recipe_class, options, data):
    recipe = recipe_class()
    recipe.options = types.SimpleNamespace(rm_safe=lambda name: None, **options)
    recipe.settings = types.SimpleNamespace(os="Linux")
    recipe.conan_data = data
    recipe.recipe_folder = str(packaging / "conan")
    recipe.export_sources_folder = recipe.source_folder = recipe.package_folder = "folder"
    recipe.requires = Recorder()
    recipe.cpp_info = types.SimpleNamespace(components=Components(), set_property=Recorder())
    return recipe


def check_conan():
    toolchains = []
    invalid = conan_modules(toolchains)
    recipe_class = load(packaging / "conan" / "conanfile.py").MidasConan
    check(recipe_class.version == version, f"conanfile.py: the version is not {version}")
    check(recipe_class.license == license_name, f"conanfile.py: the license is not {license_name}")
    check(recipe_class.default_options["libcurl/*:with_ssl"] == "openssl",
          "conanfile.py: libcurl is not the one with OpenSSL")
    own = {name for name in recipe_class.default_options if "/" not in name}
    check(own == set(recipe_class.options), "conanfile.py: an option has no default")
    check_exported_sources(recipe_class)
    data = text_of("packaging", "conan", "conandata.yml")
    check(f'  "{version}":' in data, f"conandata.yml: no entry for {version}")

    for shared, simulator, tools in itertools.product((True, False), repeat=3):
        options = {"shared": shared, "fPIC": True, "simulator": simulator, "tools": tools}
        recipe = recipe_with(recipe_class, options, {"sources": {version: None}})
        try:
            recipe.validate()
        except invalid:
            check(tools and not simulator, f"conanfile.py: {options} are refused")
            continue
        for step in ("export_sources", "configure", "layout", "requirements", "source", "generate",
                     "build", "package", "package_info"):
            getattr(recipe, step)()
        for option in toolchains[-1].cache_variables:
            check(option in cmake_options, f"conanfile.py: CMakeLists.txt has no option {option}")
        check_components(recipe, simulator)


def check_exported_sources(recipe_class):
    """CMake finds every file of the repository that it reads in what Conan exports."""
    patterns = []
    names = recipe_class.export_sources.__globals__
    names["copy"] = lambda *_, excludes, **named: patterns.extend(excludes)
    recipe_with(recipe_class, {}, {"sources": {version: None}}).export_sources()
    names["copy"] = Recorder()
    check(patterns, "conanfile.py: it exports without exclusions")
    folders = re.findall(r"add_subdirectory\((\S+)\)", lists)
    for name in re.findall(r"include\((\S+/\S+)\)", lists) + [f"{name}/CMakeLists.txt" for name in folders]:
        check(repository.joinpath(name).is_file(), f"CMakeLists.txt: there is no {name}")
        check(not any(fnmatch.fnmatch(name, pattern) for pattern in patterns),
              f"conanfile.py: it does not export {name}, which CMakeLists.txt reads")


def check_components(recipe, simulator):
    components = recipe.cpp_info.components
    required = {call[0].split("/")[0] for call in recipe.requires.calls[1:] if call[-1].get("visible", True)}
    used = {name.split("::")[0] for component in components.values() for name in component.requires}
    check(required == used - set(components), f"conanfile.py: {required} are required, {used} used")
    names = {component.properties["cmake_target_name"] for component in components.values()}
    check(names <= targets, f"conanfile.py: midas has not the targets {names}")
    check(("midas::simulator" in names) == simulator, "conanfile.py: the component simulator")


def check_container():
    lines = [line for line in text_of("packaging", "Containerfile").splitlines() if line.strip()]
    images = [line.split()[1] for line in lines if line.startswith("FROM ")]
    check(set(images) == {"debian:bookworm-slim"}, f"Containerfile: it starts from {images}")
    last = lines[max(i for i, line in enumerate(lines) if line.startswith("FROM ")):]
    users = [line.split()[1] for line in last if line.startswith("USER ")]
    check(users and not re.match(r"(root|0)(:|$)", users[-1]), f"Containerfile: the user is {users}")
    for word in ("HEALTHCHECK", 'ENTRYPOINT ["midas"]'):
        check(any(line.startswith(word) for line in last), f"Containerfile: no {word}")
    # Docker reads only .dockerignore; Podman reads it, too. A build folder of the host has the host's paths in
    # its cache, and CMake in the container refuses it.
    check({"build", ".git"} <= set(text_of(".dockerignore").split()), ".dockerignore: builds are not left out")
    check(not repository.joinpath(".containerignore").exists(), ".containerignore takes the place of .dockerignore")
    for name in re.findall(r"\$\{(\w+)\[@\]\}", "\n".join(lines)):
        check(f"{name}=(" in text_of("scripts", "packages.sh"), f"packages.sh has no list {name}")


def check_changelog():
    check(version in text_of("CHANGELOG.md"), f"CHANGELOG.md does not name {version}")


check_vcpkg()
check_conan()
check_container()
check_changelog()
load(packaging / "conan" / "test_package" / "conanfile.py")
check_targets(packaging / "conan" / "test_package" / "CMakeLists.txt")
for problem in failures:
    print(problem)
sys.exit(1 if failures else 0)
