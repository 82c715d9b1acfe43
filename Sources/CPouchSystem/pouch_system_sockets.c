#define _GNU_SOURCE
#include "pouch_system.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define RETRY(result, call) \
  do {                      \
    result = (call);        \
  } while (result < 0 && errno == EINTR)

static inline int answer(int result) { return result < 0 ? -errno : result; }

static inline const struct sockaddr *view(const pouch_address *address) {
  return (const struct sockaddr *)&address->storage;
}

// MARK: Addresses

// EMFILE or ENFILE when no descriptor is left, and otherwise 0. A resolver that cannot open its files
// says that the name is unknown.
static int descriptor_shortage(void) {
  int descriptor = eventfd(0, EFD_CLOEXEC);
  if (descriptor < 0) return errno == EMFILE || errno == ENFILE ? errno : 0;
  close(descriptor);
  return 0;
}

int pouch_resolve(const char *host, uint16_t port, int numeric, pouch_address *found,
                  int capacity, int *number) {
  struct addrinfo hints = {
      .ai_family = AF_UNSPEC,
      .ai_socktype = SOCK_STREAM,
      .ai_protocol = IPPROTO_TCP,
      .ai_flags = AI_NUMERICSERV | (numeric ? AI_NUMERICHOST : 0),
  };
  char service[8];
  snprintf(service, sizeof service, "%u", port);
  struct addrinfo *list = NULL;
  int failure = getaddrinfo(host, service, &hints, &list);
  if (failure != 0) {
    *number = failure == EAI_SYSTEM ? errno : descriptor_shortage();
    return failure;
  }
  int count = 0;
  for (struct addrinfo *entry = list; entry != NULL && count < capacity; entry = entry->ai_next) {
    if (entry->ai_addrlen > sizeof found[count].storage) continue;
    found[count].length = entry->ai_addrlen;
    memcpy(&found[count].storage, entry->ai_addr, entry->ai_addrlen);
    count++;
  }
  freeaddrinfo(list);
  return count;
}

int pouch_resolve_is_name_unknown(int code) {
  return code == EAI_NONAME || code == EAI_NODATA || code == EAI_ADDRFAMILY;
}

const char *pouch_resolve_text(int code) { return gai_strerror(code); }

int pouch_address_unix(const void *name, size_t length, int abstract, pouch_address *address) {
  struct sockaddr_un *unix_address = (struct sockaddr_un *)&address->storage;
  if (length == 0 || length > sizeof unix_address->sun_path - 1) return -ENAMETOOLONG;
  memset(address, 0, sizeof *address);
  unix_address->sun_family = AF_UNIX;
  memcpy(unix_address->sun_path + (abstract ? 1 : 0), name, length);
  // An abstract name has its length from here and a zero in front, a path a zero behind it.
  address->length = offsetof(struct sockaddr_un, sun_path) + 1 + length;
  return 0;
}

int pouch_address_text(const pouch_address *address, char *buffer, size_t capacity) {
  const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address->storage;
  if (view(address)->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
    return inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], buffer, capacity) ? 0 : -errno;
  }
  int failure =
      getnameinfo(view(address), address->length, buffer, capacity, NULL, 0, NI_NUMERICHOST);
  return failure == 0 ? 0 : -EINVAL;
}

uint16_t pouch_address_port(const pouch_address *address) {
  switch (view(address)->sa_family) {
    case AF_INET: return ntohs(((const struct sockaddr_in *)&address->storage)->sin_port);
    case AF_INET6: return ntohs(((const struct sockaddr_in6 *)&address->storage)->sin6_port);
    default: return 0;
  }
}

void pouch_address_set_port(pouch_address *address, uint16_t port) {
  switch (view(address)->sa_family) {
    case AF_INET: ((struct sockaddr_in *)&address->storage)->sin_port = htons(port); break;
    case AF_INET6: ((struct sockaddr_in6 *)&address->storage)->sin6_port = htons(port); break;
    default: break;
  }
}

static int is_loopback(const struct sockaddr_storage *address) {
  if (address->ss_family == AF_INET) {
    return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
  }
  const struct in6_addr *six = &((const struct sockaddr_in6 *)address)->sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(six) || (IN6_IS_ADDR_V4MAPPED(six) && six->s6_addr[12] == 127);
}

int pouch_address_is_loopback(const pouch_address *address) {
  int family = view(address)->sa_family;
  return (family == AF_INET || family == AF_INET6) && is_loopback(&address->storage);
}

int pouch_address_is_ipv6(const pouch_address *address) {
  return view(address)->sa_family == AF_INET6;
}

int pouch_address_is_equal(const pouch_address *one, const pouch_address *other) {
  return one->length == other->length && memcmp(&one->storage, &other->storage, one->length) == 0;
}

// MARK: Sockets

int pouch_socket(const pouch_address *address) {
  return answer(
      socket(view(address)->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

static int set_option(int descriptor, int level, int name, int value) {
  return answer(setsockopt(descriptor, level, name, &value, sizeof value));
}

int pouch_socket_no_delay(int descriptor) {
  return set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
}

// The ends of one connection: addresses of one family.
static int is_same_host(const struct sockaddr_storage *one, const struct sockaddr_storage *other) {
  if (one->ss_family == AF_INET) {
    return ((const struct sockaddr_in *)one)->sin_addr.s_addr ==
           ((const struct sockaddr_in *)other)->sin_addr.s_addr;
  }
  return IN6_ARE_ADDR_EQUAL(&((const struct sockaddr_in6 *)one)->sin6_addr,
                            &((const struct sockaddr_in6 *)other)->sin6_addr);
}

int pouch_socket_tune_local(int descriptor) {
  struct sockaddr_storage own, peer;
  socklen_t length = sizeof own;
  if (getsockname(descriptor, (struct sockaddr *)&own, &length) < 0) return -errno;
  length = sizeof peer;
  if (getpeername(descriptor, (struct sockaddr *)&peer, &length) < 0) return -errno;
  if (own.ss_family != AF_INET && own.ss_family != AF_INET6) return 0;
  if (!is_loopback(&peer) && !is_same_host(&own, &peer)) return 0;
  // Reno is part of every kernel, and the one that everybody may choose.
  static const char reno[] = "reno";
  return answer(setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, reno, sizeof reno - 1));
}

int pouch_socket_reuse_address(int descriptor) {
  return set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
}

int pouch_socket_send_buffer(int descriptor, int bytes) {
  return set_option(descriptor, SOL_SOCKET, SO_SNDBUF, bytes);
}

int pouch_socket_dual_stack(int descriptor, const pouch_address *address) {
  if (view(address)->sa_family != AF_INET6) return 0;
  const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address->storage;
  if (!IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr)) return 0;
  return set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0);
}

int pouch_socket_block(int descriptor, uint64_t microseconds) {
  struct timeval limit = {
      .tv_sec = (time_t)(microseconds / 1000000),
      .tv_usec = (suseconds_t)(microseconds % 1000000),
  };
  if (setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0) return -errno;
  int flags = fcntl(descriptor, F_GETFL);
  return answer(flags < 0 ? flags : fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK));
}

int pouch_socket_unblock(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  return answer(flags < 0 ? flags : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK));
}

int pouch_socket_error(int descriptor) {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -errno;
  return -error;
}

int pouch_bind(int descriptor, const pouch_address *address) {
  return answer(bind(descriptor, view(address), address->length));
}

int pouch_listen(int descriptor, int backlog) { return answer(listen(descriptor, backlog)); }

// An interrupted connect goes on by itself, and is then like one that was begun.
int pouch_connect(int descriptor, const pouch_address *address) {
  int result = connect(descriptor, view(address), address->length);
  return result < 0 && errno == EINTR ? -EINPROGRESS : answer(result);
}

int pouch_accept(int descriptor, pouch_address *peer) {
  int result;
  socklen_t length;
  do {
    length = sizeof peer->storage;
    result = accept4(descriptor, (struct sockaddr *)&peer->storage, &length,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
  } while (result < 0 && errno == EINTR);
  if (result < 0) return -errno;
  peer->length = length;
  return result;
}

int pouch_local_address(int descriptor, pouch_address *address) {
  socklen_t length = sizeof address->storage;
  if (getsockname(descriptor, (struct sockaddr *)&address->storage, &length) < 0) return -errno;
  address->length = length;
  return 0;
}

int pouch_peer_credentials(int descriptor, int32_t *process, uint32_t *user, uint32_t *group) {
  struct ucred credentials;
  socklen_t length = sizeof credentials;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) return -errno;
  *process = credentials.pid;
  *user = credentials.uid;
  *group = credentials.gid;
  return 0;
}

uint32_t pouch_effective_user(void) { return geteuid(); }

ssize_t pouch_receive(int descriptor, void *buffer, size_t length) {
  ssize_t result;
  RETRY(result, recv(descriptor, buffer, length, 0));
  return result < 0 ? -errno : result;
}

ssize_t pouch_send(int descriptor, const void *bytes, size_t length) {
  ssize_t result;
  RETRY(result, send(descriptor, bytes, length, MSG_NOSIGNAL));
  return result < 0 ? -errno : result;
}

ssize_t pouch_send_vector(int descriptor, const struct iovec *vector, size_t count) {
  struct msghdr message = {.msg_iov = (struct iovec *)vector, .msg_iovlen = count};
  ssize_t result;
  RETRY(result, sendmsg(descriptor, &message, MSG_NOSIGNAL));
  return result < 0 ? -errno : result;
}

int pouch_shutdown_write(int descriptor) { return answer(shutdown(descriptor, SHUT_WR)); }
