// A library for LD_PRELOAD that makes the disk and the clock misbehave, for tests.
//
//   FAULTS_FOLDER   operations on paths below it are counted; all others pass
//   FAULTS          what happens, and at which counted operation N:
//                     error N EIO    the N-th fails with this error (EIO, ENOSPC), later ones work
//                     full N         from the N-th on, all that need space fail with ENOSPC
//                     readonly       all fail with EROFS
//                     kill N         the process is killed before the N-th
//   FAULTS_REPORT   a file that gets a line for what happened; at a regular end, the count
//   FAULTS_SYNCED   a folder that gets every file as it was when it was last synced, by inode:
//                   what a loss of power leaves of it
//   FAULTS_CLOCK    seconds by which the wall clock is off
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *folder, *synced;
static char action[16];
static long at, count, clock_offset;
static int error_number = EIO;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void Read(void) {
  const char* faults = getenv("FAULTS");
  const char* offset = getenv("FAULTS_CLOCK");
  char error[16] = "";
  folder = getenv("FAULTS_FOLDER");
  synced = getenv("FAULTS_SYNCED");
  if (faults) sscanf(faults, "%15s %ld %15s", action, &at, error);
  if (offset) clock_offset = atol(offset);
  if (!strcmp(action, "readonly")) at = 1, error_number = EROFS;
  if (!strcmp(error, "ENOSPC") || !strcmp(action, "full")) error_number = ENOSPC;
}

static void Report(const char* what, const char* operation, const char* path) {
  const char* report = getenv("FAULTS_REPORT");
  if (!report) return;
  char line[PATH_MAX + 100];
  int n = snprintf(line, sizeof line, "%s %ld %s %s\n", what, count, operation, path);
  int fd = REAL(open)(report, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return;
  if (REAL(write)(fd, line, (size_t)n) < 0) abort();
  REAL(close)(fd);
}

__attribute__((destructor)) static void End(void) {
  if (folder) Report("ended", "-", "-");
}

void _exit(int code) {
  End();
  syscall(SYS_exit_group, code);
  __builtin_unreachable();
}

static int Below(const char* path) {
  pthread_once(&once, Read);
  return folder && path && !strncmp(path, folder, strlen(folder));
}

// Counts an operation. Non-zero: it must fail with errno as it is set.
static int Strike(const char* operation, const char* path, int needs_space) {
  if (!Below(path)) return 0;
  pthread_mutex_lock(&mutex);
  long n = ++count;
  int hit =
      at && (!strcmp(action, "readonly") || (!strcmp(action, "full") ? needs_space && n >= at : n == at));
  if (hit) Report(action, operation, path);
  if (hit && !strcmp(action, "kill")) raise(SIGKILL);
  pthread_mutex_unlock(&mutex);
  if (hit) errno = error_number;
  return hit;
}

static const char* PathOf(int fd, char* path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, PATH_MAX - 1);
  path[n < 0 ? 0 : n] = 0;
  return path;
}

static const char* Absolute(int dir, const char* path, char* absolute) {
  if (path[0] == '/') return strncpy(absolute, path, PATH_MAX - 1), absolute[PATH_MAX - 1] = 0, absolute;
  char base[PATH_MAX];
  if (dir == AT_FDCWD && !getcwd(base, sizeof base)) base[0] = 0;
  if (dir != AT_FDCWD) PathOf(dir, base);
  if (snprintf(absolute, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) absolute[0] = 0;
  return absolute;
}

// Synced copies are named by inode, so that renames need no care.
static void CopyName(ino_t inode, char* copy) {
  snprintf(copy, PATH_MAX, "%s/%lu", synced, (unsigned long)inode);
}

static void KeepSynced(int fd) {
  char path[PATH_MAX], copy[PATH_MAX], fresh[PATH_MAX + 8], buffer[1 << 16];
  struct stat info;
  if (!synced || !Below(PathOf(fd, path)) || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return;
  CopyName(info.st_ino, copy);
  pthread_mutex_lock(&mutex);
  int from = REAL(open)(path, O_RDONLY | O_CLOEXEC);
  snprintf(fresh, sizeof fresh, "%s.fresh", copy);
  int to = REAL(open)(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  ssize_t n = 0;
  while (from >= 0 && to >= 0 && (n = read(from, buffer, sizeof buffer)) > 0)
    if (REAL(write)(to, buffer, (size_t)n) != n) abort();
  REAL(close)(from);
  REAL(close)(to);
  REAL(rename)(fresh, copy);
  pthread_mutex_unlock(&mutex);
}

// The inode of what lies at a path and is about to go; 0 when nothing does.
static ino_t Going(const char* path) {
  struct stat info;
  return synced && Below(path) && lstat(path, &info) == 0 && info.st_nlink == 1 ? info.st_ino : 0;
}
static void Gone(ino_t inode) {
  char copy[PATH_MAX];
  if (!inode) return;
  CopyName(inode, copy);
  syscall(SYS_unlinkat, AT_FDCWD, copy, 0);
}

static int Open(int dir, const char* path, int flags, mode_t mode) {
  char absolute[PATH_MAX];
  if (flags & (O_WRONLY | O_RDWR | O_CREAT) && Strike("open", Absolute(dir, path, absolute), 1)) return -1;
  return (int)syscall(SYS_openat, dir, path, flags, mode);
}

static mode_t Mode(int flags, va_list list) {
  return flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(list, int) : 0;
}

#define OPEN(name, ...)            \
  va_list list;                    \
  va_start(list, flags);           \
  mode_t mode = Mode(flags, list); \
  va_end(list);                    \
  return Open(__VA_ARGS__, path, flags, mode);

int open(const char* path, int flags, ...) { OPEN(open, AT_FDCWD) }
int open64(const char* path, int flags, ...) { OPEN(open64, AT_FDCWD) }
int openat(int dir, const char* path, int flags, ...) { OPEN(openat, dir) }
int openat64(int dir, const char* path, int flags, ...) { OPEN(openat64, dir) }

static int StrikeFd(const char* operation, int fd, int needs_space) {
  char path[PATH_MAX];
  pthread_once(&once, Read);
  return folder && Strike(operation, PathOf(fd, path), needs_space);
}

ssize_t write(int fd, const void* data, size_t size) {
  if (StrikeFd("write", fd, 1)) return -1;
  return REAL(write)(fd, data, size);
}
ssize_t writev(int fd, const struct iovec* parts, int n) {
  if (StrikeFd("writev", fd, 1)) return -1;
  return REAL(writev)(fd, parts, n);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  if (StrikeFd("pwrite", fd, 1)) return -1;
  return REAL(pwrite)(fd, data, size, offset);
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
  if (StrikeFd("pwrite", fd, 1)) return -1;
  return REAL(pwrite64)(fd, data, size, offset);
}
int ftruncate(int fd, off_t size) {
  if (StrikeFd("ftruncate", fd, 0)) return -1;
  return REAL(ftruncate)(fd, size);
}
int ftruncate64(int fd, off64_t size) {
  if (StrikeFd("ftruncate", fd, 0)) return -1;
  return REAL(ftruncate64)(fd, size);
}
int fallocate(int fd, int mode, off_t offset, off_t size) {
  if (StrikeFd("fallocate", fd, 1)) return -1;
  return REAL(fallocate)(fd, mode, offset, size);
}
int fsync(int fd) {
  if (StrikeFd("fsync", fd, 0)) return -1;
  int failed = REAL(fsync)(fd);
  if (!failed) KeepSynced(fd);
  return failed;
}
int fdatasync(int fd) {
  if (StrikeFd("fdatasync", fd, 0)) return -1;
  int failed = REAL(fdatasync)(fd);
  if (!failed) KeepSynced(fd);
  return failed;
}

static int Rename(int from_dir, const char* from, int to_dir, const char* to, unsigned flags) {
  char path[PATH_MAX];
  if (Strike("rename", Absolute(to_dir, to, path), 0)) return -1;
  ino_t replaced = flags & RENAME_EXCHANGE ? 0 : Going(path);
  int failed = (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
  if (!failed) Gone(replaced);
  return failed;
}
int rename(const char* from, const char* to) { return Rename(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat2(int from_dir, const char* from, int to_dir, const char* to, unsigned flags) {
  return Rename(from_dir, from, to_dir, to, flags);
}

static int Unlink(int dir, const char* name, int flags) {
  char path[PATH_MAX];
  if (Strike("unlink", Absolute(dir, name, path), 0)) return -1;
  ino_t removed = Going(path);
  int failed = (int)syscall(SYS_unlinkat, dir, name, flags);
  if (!failed) Gone(removed);
  return failed;
}
int unlink(const char* path) { return Unlink(AT_FDCWD, path, 0); }
int remove(const char* path) {
  struct stat info;
  return Unlink(AT_FDCWD, path, lstat(path, &info) == 0 && S_ISDIR(info.st_mode) ? AT_REMOVEDIR : 0);
}
int unlinkat(int dir, const char* path, int flags) { return Unlink(dir, path, flags); }

int mkdir(const char* path, mode_t mode) {
  char absolute[PATH_MAX];
  if (Strike("mkdir", Absolute(AT_FDCWD, path, absolute), 1)) return -1;
  return REAL(mkdir)(path, mode);
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  pthread_once(&once, Read);
  int failed = (int)syscall(SYS_clock_gettime, clock, now);
  if (!failed && clock == CLOCK_REALTIME) now->tv_sec += clock_offset;
  return failed;
}
