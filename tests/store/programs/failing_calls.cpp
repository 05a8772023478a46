// Preloaded into a process: the n-th of the system calls that change files fails, or kills the
// process before it is made.
//
//   MIDAS_FAULT_AT      n, from 1
//   MIDAS_FAULT         EIO, ENOSPC, EROFS, EINTR or kill
//   MIDAS_FAULT_REPORT  a file that is created when it happens
//   MIDAS_FAULT_FILE_SYSTEM  the type that fstatfs() reports, in hexadecimal
//
// EINTR concerns only the calls that a signal can interrupt.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <cstring>

namespace {

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

int error_number(const char* fault) {
  return std::strcmp(fault, "EIO") == 0      ? EIO
         : std::strcmp(fault, "ENOSPC") == 0 ? ENOSPC
         : std::strcmp(fault, "EROFS") == 0  ? EROFS
                                             : EINTR;
}

// True if the call is to fail; errno is set then.
bool is_due(bool is_interruptible) {
  static long calls = 0;
  const char* const at = std::getenv("MIDAS_FAULT_AT");
  const char* const fault = std::getenv("MIDAS_FAULT");
  if (at == nullptr || fault == nullptr) {
    return false;
  }
  if (std::strcmp(fault, "EINTR") == 0 && !is_interruptible) {
    return false;
  }
  if (++calls != std::atol(at)) {
    return false;
  }
  if (const char* const report = std::getenv("MIDAS_FAULT_REPORT")) {
    ::syscall(SYS_close, ::syscall(SYS_openat, AT_FDCWD, report, O_WRONLY | O_CREAT, 0600));
  }
  if (std::strcmp(fault, "kill") == 0) {
    ::kill(::getpid(), SIGKILL);
  }
  errno = error_number(fault);
  return true;
}

int open_at(int directory, const char* path, int flags, mode_t mode) {
  return is_due(true) ? -1 : static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

#define EXPORTED extern "C" __attribute__((visibility("default")))

EXPORTED int openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_at(directory, path, flags, mode);
}

EXPORTED int openat64(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_at(directory, path, flags, mode);
}

EXPORTED int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_at(AT_FDCWD, path, flags, mode);
}

EXPORTED int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_at(AT_FDCWD, path, flags, mode);
}

EXPORTED ssize_t write(int file, const void* data, size_t size) {
  return is_due(true) ? -1 : next<decltype(&::write)>("write")(file, data, size);
}

EXPORTED ssize_t pwrite(int file, const void* data, size_t size, off_t offset) {
  return is_due(true) ? -1 : next<decltype(&::pwrite)>("pwrite")(file, data, size, offset);
}

EXPORTED int ftruncate(int file, off_t size) noexcept {
  return is_due(true) ? -1 : next<int (*)(int, off_t)>("ftruncate")(file, size);
}

EXPORTED int fsync(int file) { return is_due(true) ? -1 : next<int (*)(int)>("fsync")(file); }

EXPORTED int flock(int file, int operation) noexcept {
  return is_due(true) ? -1 : next<int (*)(int, int)>("flock")(file, operation);
}

EXPORTED int renameat(int from_directory, const char* from, int to_directory,
                      const char* to) noexcept {
  return is_due(false) ? -1
                       : next<int (*)(int, const char*, int, const char*)>("renameat")(
                             from_directory, from, to_directory, to);
}

EXPORTED int unlinkat(int directory, const char* path, int flags) noexcept {
  return is_due(false) ? -1
                       : next<int (*)(int, const char*, int)>("unlinkat")(directory, path, flags);
}

EXPORTED int fstatfs(int file, struct statfs* result) noexcept {
  const int code = next<int (*)(int, struct statfs*)>("fstatfs")(file, result);
  const char* const type = std::getenv("MIDAS_FAULT_FILE_SYSTEM");
  if (code == 0 && type != nullptr) {
    result->f_type = std::strtol(type, nullptr, 16);
  }
  return code;
}
