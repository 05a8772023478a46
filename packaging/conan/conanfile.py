import os

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, get, rmdir

required_conan_version = ">=2.0"


class MidasConan(ConanFile):
    name = "midas"
    version = "0.1.0"
    description = "Azure managed-identity tokens for highly concurrent C++20 programs"
    license = "MIT"
    topics = ("azure", "managed-identity", "token", "actors", "caf")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "shared": [True, False],
        "fPIC": [True, False],
        "simulator": [True, False],
        "tools": [True, False],
    }
    default_options = {
        "shared": False,
        "fPIC": True,
        "simulator": True,
        "tools": False,
        "libcurl/*:with_ssl": "openssl",
        "prometheus-cpp/*:with_pull": False,
        "prometheus-cpp/*:with_push": False,
    }

    @property
    def _archive(self):
        return self.conan_data["sources"].get(str(self.version))

    def export_sources(self):
        if not self._archive:
            repository = os.path.join(self.recipe_folder, "..", "..")
            copy(self, "*", src=repository, dst=self.export_sources_folder,
                 excludes=("build*", ".git*", "packaging/conan/*", "packaging/vcpkg/*"))

    def configure(self):
        if self.options.shared:
            self.options.rm_safe("fPIC")

    def layout(self):
        cmake_layout(self, src_folder="src" if self._archive else ".")

    def requirements(self):
        # The public headers include these two.
        self.requires("caf/1.1.0", transitive_headers=True)
        self.requires("tl-expected/[>=1.0.0 <2]", transitive_headers=True)
        self.requires("libcurl/[>=7.85 <9]")
        self.requires("openssl/[>=3 <4]")
        self.requires("rapidjson/cci.20220822", visible=False)
        if self.options.simulator or self.options.tools:
            self.requires("boost/[>=1.74 <2]", visible=False)
        if self.options.tools:
            self.requires("cli11/[>=2.1.2 <3]", visible=False)
            self.requires("fmt/[>=9 <12]", visible=False)
            self.requires("prometheus-cpp/[>=1.0 <2]", visible=False)

    def validate(self):
        check_min_cppstd(self, "20")
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration("midas supports Linux only")
        if self.options.tools and not self.options.simulator:
            raise ConanInvalidConfiguration("the option tools needs the option simulator")

    def source(self):
        if self._archive:
            get(self, **self._archive, strip_root=True)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["MIDAS_BUILD_SIMULATOR"] = bool(self.options.simulator)
        toolchain.cache_variables["MIDAS_BUILD_TOOLS"] = bool(self.options.tools)
        toolchain.cache_variables["MIDAS_BUILD_KEYRING"] = False
        toolchain.cache_variables["MIDAS_BUILD_C"] = False
        toolchain.cache_variables["MIDAS_BUILD_TESTS"] = False
        toolchain.cache_variables["MIDAS_BUILD_EXAMPLES"] = False
        toolchain.cache_variables["MIDAS_BUILD_BENCH"] = False
        toolchain.cache_variables["MIDAS_INSTALL"] = True
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", src=self.source_folder,
             dst=os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "midas")
        library = self.cpp_info.components["midas"]
        library.set_property("cmake_target_name", "midas::midas")
        library.set_property("pkg_config_name", "midas")
        library.libs = ["midas"]
        library.system_libs = ["pthread"]
        library.requires = ["caf::caf_core", "tl-expected::tl-expected", "libcurl::libcurl",
                            "openssl::openssl"]
        if self.options.shared:
            library.defines = ["MIDAS_SHARED"]
        if self.options.simulator:
            simulator = self.cpp_info.components["simulator"]
            simulator.set_property("cmake_target_name", "midas::simulator")
            simulator.set_property("pkg_config_name", "midas-simulator")
            # Always static, and it needs the library: it stands before it.
            simulator.libs = ["midas_simulator"]
            simulator.requires = ["midas", "openssl::openssl"]
