// System calls and structures that Glibc's Swift overlay does not show.
//
// A function that answers with an int or a ssize_t answers with -errno when the call failed, so
// that nobody reads errno on another thread, and repeats a call that a signal interrupted.
#ifndef POUCH_SYSTEM_H
#define POUCH_SYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

// Writes the text for an errno value into `buffer`, always ended by a zero.
void pouch_error_text(int number, char *_Nonnull buffer, size_t capacity);

// MARK: Threads

// Starts a detached thread that no signal is delivered to.
int pouch_thread_start(const char *_Nonnull name, void (*_Nonnull body)(void *_Nonnull),
                       void *_Nonnull context);

// Says which loop the calling thread runs; pouch_thread_owner (pouch_lock.h) tells.
void pouch_thread_set_owner(const void *_Nullable owner);

// How many cores this process may run on.
int pouch_core_count(void);

// Nanoseconds of CLOCK_MONOTONIC.
int64_t pouch_monotonic_time(void);

// MARK: Readiness

// Reading can go on, or has ended or failed.
#define POUCH_EVENT_READ 1
// Writing can go on, or has failed.
#define POUCH_EVENT_WRITE 2
// The peer will send nothing more, or the connection has failed: said with one of the above.
#define POUCH_EVENT_END 4

typedef struct {
  uint64_t token;
  uint32_t flags;
} pouch_event;

int pouch_epoll_create(void);
// Registers for edges of readability, and of writability where `write` is not 0.
int pouch_epoll_add(int epoll, int descriptor, uint64_t token, int write);
// Changes the interest in writability; an edge is reported if it is there already.
int pouch_epoll_modify(int epoll, int descriptor, uint64_t token, int write);
int pouch_epoll_remove(int epoll, int descriptor);
// Waits up to `timeout` milliseconds, for ever if it is -1; an interrupted wait found nothing.
int pouch_epoll_wait(int epoll, pouch_event *_Nonnull events, int capacity, int timeout);

// An eventfd, which counts wake-ups.
int pouch_eventfd(void);
int pouch_eventfd_add(int descriptor, uint64_t count);

// A semaphore, which takes no descriptor; NULL without memory. It lives as long as the process.
typedef struct pouch_semaphore pouch_semaphore;
pouch_semaphore *_Nullable pouch_semaphore_make(void);
void pouch_semaphore_add(pouch_semaphore *_Nonnull semaphore);
// Waits until it is above 0 and takes 1 from it.
void pouch_semaphore_take(pouch_semaphore *_Nonnull semaphore);

// MARK: Addresses

typedef struct {
  uint32_t length;
  struct sockaddr_storage storage;
} pouch_address;

// Fills `found` with the stream addresses of a host, and says how many there are. Answers with
// EAI_* (negative in Glibc) on failure, and `*number` is then errno if that was EAI_SYSTEM, or the
// lack of a descriptor, and otherwise 0.
// A `numeric` host is not looked up anywhere.
int pouch_resolve(const char *_Nonnull host, uint16_t port, int numeric,
                  pouch_address *_Nonnull found, int capacity, int *_Nonnull number);
// Whether an answer of pouch_resolve says that the host has no address, now or ever.
int pouch_resolve_is_name_unknown(int code);
const char *_Nonnull pouch_resolve_text(int code);

// A path, or a name in the abstract name space.
int pouch_address_unix(const void *_Nonnull name, size_t length, int abstract,
                       pouch_address *_Nonnull address);
// Writes `192.0.2.1` or `2001:db8::1`; an IPv4 address inside an IPv6 one in its own form.
int pouch_address_text(const pouch_address *_Nonnull address, char *_Nonnull buffer,
                       size_t capacity);
uint16_t pouch_address_port(const pouch_address *_Nonnull address);
// Nothing happens to an address without a port.
void pouch_address_set_port(pouch_address *_Nonnull address, uint16_t port);
// 127.0.0.0/8, ::1, and the former inside an IPv6 address.
int pouch_address_is_loopback(const pouch_address *_Nonnull address);
int pouch_address_is_ipv6(const pouch_address *_Nonnull address);
int pouch_address_is_equal(const pouch_address *_Nonnull one, const pouch_address *_Nonnull other);

// MARK: Sockets

// A stream socket for addresses of this kind, not blocking and closed on exec.
int pouch_socket(const pouch_address *_Nonnull address);
int pouch_socket_no_delay(int descriptor);
// Takes the congestion control away from a connection whose two ends are on this machine, as far as
// it can be: there is no network to be careful with, and BBR paces what it sends even so. Nothing
// happens to other connections.
int pouch_socket_tune_local(int descriptor);
int pouch_socket_reuse_address(int descriptor);
// Asks for room for so many bytes that the peer has not read; the system has a limit of its own.
int pouch_socket_send_buffer(int descriptor, int bytes);
// Lets a socket that listens at [::] accept IPv4 as well. Nothing happens to other sockets.
int pouch_socket_dual_stack(int descriptor, const pouch_address *_Nonnull address);
// Makes connect block, for so long at most.
int pouch_socket_block(int descriptor, uint64_t microseconds);
int pouch_socket_unblock(int descriptor);
int pouch_socket_error(int descriptor);

int pouch_bind(int descriptor, const pouch_address *_Nonnull address);
int pouch_listen(int descriptor, int backlog);
int pouch_connect(int descriptor, const pouch_address *_Nonnull address);
int pouch_accept(int descriptor, pouch_address *_Nonnull peer);
int pouch_local_address(int descriptor, pouch_address *_Nonnull address);
int pouch_peer_credentials(int descriptor, int32_t *_Nonnull process, uint32_t *_Nonnull user,
                           uint32_t *_Nonnull group);
uint32_t pouch_effective_user(void);

ssize_t pouch_receive(int descriptor, void *_Nonnull buffer, size_t length);
ssize_t pouch_send(int descriptor, const void *_Nonnull bytes, size_t length);
ssize_t pouch_send_vector(int descriptor, const struct iovec *_Nonnull vector, size_t count);
int pouch_shutdown_write(int descriptor);
int pouch_duplicate(int descriptor);
int pouch_close(int descriptor);

// MARK: Files

// Opens a file without a name in a directory, for reading and writing; gone with its descriptor.
int pouch_temporary_file(const char *_Nonnull directory);

// Writes the home directory of a user into `buffer`, ended by a zero; where `user` is NULL that of the
// process's own, which is HOME's value if it has one. -ENOENT when there is none.
int pouch_home_directory(const char *_Nullable user, char *_Nonnull buffer, size_t capacity);

// Which file a path names, without following a link.
typedef struct {
  uint64_t device;
  uint64_t inode;
  int is_socket;
} pouch_file;

int pouch_file_at(const char *_Nonnull path, pouch_file *_Nonnull file);
int pouch_unlink(const char *_Nonnull path);
// Gives the file that bind is about to make this mode: Linux takes it from the socket's own.
int pouch_socket_set_mode(int descriptor, uint32_t mode);
// Opens a directory and waits for its advisory lock, which closing lets go.
int pouch_lock_directory(const char *_Nonnull path);

#endif
