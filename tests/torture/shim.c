/* Below the C library, for the campaign alone: a disk that is full or broken, threads that cannot be started, a clock
   that is set back, and a note of each connection that leaves this machine. Loaded with LD_PRELOAD. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* As in shim.py: of each sort, how many calls there were, and after how many trouble begins (negative: never). */
enum { WRITES, READS, THREADS, CLOCK, SORTS };
struct plan {
    int calls[SORTS], until[SORTS], error, stays, halves, hits;
    long long clock_s;
};

static struct plan *plan;
static pid_t planner;

void torture_plan(struct plan *shared) { plan = shared, planner = getpid(); }

#define REAL(name) \
    static typeof(&name) real; \
    if (!real) real = (typeof(&name))dlsym(RTLD_NEXT, #name)

static int is_troubled(int sort) {
    if (!plan || getpid() == planner) return 0;
    int n = __atomic_add_fetch(&plan->calls[sort], 1, __ATOMIC_RELAXED), until = plan->until[sort];
    int is = until >= 0 && (plan->stays ? n > until : n == until + 1);
    if (is) __atomic_add_fetch(&plan->hits, 1, __ATOMIC_RELAXED);
    return is;
}

static int is_file(int descriptor) {
    struct stat about;
    return plan && descriptor > 2 && !fstat(descriptor, &about) && S_ISREG(about.st_mode);
}

#define REFUSE_FILE(sort, descriptor) \
    if (is_file(descriptor) && is_troubled(sort)) return errno = plan->error, -1

ssize_t write(int descriptor, const void *bytes, size_t n) {
    REAL(write);
    if (is_file(descriptor) && is_troubled(WRITES)) {
        if (plan->halves && n > 1 && plan->hits == 1) return real(descriptor, bytes, n / 2);
        return errno = plan->error, -1;
    }
    return real(descriptor, bytes, n);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t n, off64_t at) {
    REAL(pwrite64);
    REFUSE_FILE(WRITES, descriptor);
    return real(descriptor, bytes, n, at);
}
ssize_t writev(int descriptor, const struct iovec *parts, int n) {
    REAL(writev);
    REFUSE_FILE(WRITES, descriptor);
    return real(descriptor, parts, n);
}
int fsync(int descriptor) {
    REAL(fsync);
    REFUSE_FILE(WRITES, descriptor);
    return real(descriptor);
}
int ftruncate64(int descriptor, off64_t length) {
    REAL(ftruncate64);
    REFUSE_FILE(WRITES, descriptor);
    return real(descriptor, length);
}
ssize_t read(int descriptor, void *bytes, size_t n) {
    REAL(read);
    REFUSE_FILE(READS, descriptor);
    return real(descriptor, bytes, n);
}
ssize_t pread64(int descriptor, void *bytes, size_t n, off64_t at) {
    REAL(pread64);
    REFUSE_FILE(READS, descriptor);
    return real(descriptor, bytes, n, at);
}
#define OPENS(name, before, given) \
    int name before { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list more; \
            va_start(more, flags); \
            mode = va_arg(more, mode_t); \
            va_end(more); \
        } \
        if ((flags & O_CREAT) && is_troubled(WRITES)) return errno = plan->error, -1; \
        return real given; \
    }
OPENS(open, (const char *path, int flags, ...), (path, flags, mode))
OPENS(open64, (const char *path, int flags, ...), (path, flags, mode))
OPENS(openat, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
OPENS(openat64, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    if (is_troubled(WRITES)) return errno = plan->error, -1;
    return real(path, mode);
}
int rename(const char *before, const char *after) {
    REAL(rename);
    if (is_troubled(WRITES)) return errno = plan->error, -1;
    return real(before, after);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *about, void *(*body)(void *), void *given) {
    REAL(pthread_create);
    return is_troubled(THREADS) ? EAGAIN : real(thread, about, body, given);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL(clock_gettime);
    int code = real(clock, now);
    if (clock == CLOCK_REALTIME && is_troubled(CLOCK)) now->tv_sec += plan->clock_s;
    return code;
}
time_t time(time_t *into) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (into) *into = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *restrict into, void *restrict zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    into->tv_sec = now.tv_sec, into->tv_usec = now.tv_nsec / 1000;
    return 0;
}

int connect(int descriptor, const struct sockaddr *to, socklen_t length) {
    REAL(connect);
    const char *note = getenv("CARGOHUB_TORTURE_SEEN");
    int is_ours = 1;
    if (to->sa_family == AF_INET)
        is_ours = (ntohl(((const struct sockaddr_in *)to)->sin_addr.s_addr) >> 24) == 127;
    else if (to->sa_family == AF_INET6) {
        const struct in6_addr *address = &((const struct sockaddr_in6 *)to)->sin6_addr;
        is_ours = IN6_IS_ADDR_LOOPBACK(address);
    }
    if (is_ours || !note) return real(descriptor, to, length);
    int seen = open(note, O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (seen >= 0 && write(seen, "a connection leaves this machine\n", 33) == 33) close(seen);
    return errno = ENETUNREACH, -1;
}
