// Names that Debian's libraries take from a newer glibc, as programs for glibc 2.28 have them. There they are
// inline in the headers, so they are defined under other names here.
#include <fcntl.h>
#include <stddef.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

int stat_(const char* path, void* found) __asm__("stat");
int lstat_(const char* path, void* found) __asm__("lstat");
int fstat_(int file, void* found) __asm__("fstat");
int fstatat_(int folder, const char* path, void* found, int flags) __asm__("fstatat");
int mknod_(const char* path, unsigned mode, unsigned long device) __asm__("mknod");
void arc4random_buf_(void* bytes, size_t size) __asm__("arc4random_buf");

int fstatat_(int folder, const char* path, void* found, int flags) {
  return (int)syscall(SYS_newfstatat, folder, path, found, flags);
}
int stat_(const char* path, void* found) { return fstatat_(AT_FDCWD, path, found, 0); }
int lstat_(const char* path, void* found) { return fstatat_(AT_FDCWD, path, found, AT_SYMLINK_NOFOLLOW); }
int fstat_(int file, void* found) { return (int)syscall(SYS_fstat, file, found); }
int mknod_(const char* path, unsigned mode, unsigned long device) {
  return (int)syscall(SYS_mknod, path, mode, device);
}
void arc4random_buf_(void* bytes, size_t size) {
  for (char* at = bytes; size > 0;) {
    ssize_t got = getrandom(at, size, 0);
    if (got <= 0) continue;  // a signal came
    at += got, size -= (size_t)got;
  }
}
