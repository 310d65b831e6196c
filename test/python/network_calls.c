// Preloaded into a process: appends a line to the file named by NETWORK_LOG for each look-up of a host and each
// connection or datagram to one, and refuses them.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void note(const char *what, const char *where) {
  int file = open(getenv("NETWORK_LOG"), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (file >= 0) {
    dprintf(file, "%s %s\n", what, where);
    close(file);
  }
}

static int isRemote(const struct sockaddr *address) {
  return address && (address->sa_family == AF_INET || address->sa_family == AF_INET6);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  (void)service, (void)hints, (void)found;
  note("getaddrinfo", node ? node : "");
  return EAI_FAIL;
}

struct hostent *gethostbyname(const char *name) {
  note("gethostbyname", name);
  return NULL;
}

int connect(int socket, const struct sockaddr *address, socklen_t length) {
  if (!isRemote(address))
    return ((int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect"))(socket, address, length);
  note("connect", "");
  errno = ENETUNREACH;
  return -1;
}

ssize_t sendto(int socket, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t length) {
  typedef ssize_t (*Function)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
  if (!isRemote(to))
    return ((Function)dlsym(RTLD_NEXT, "sendto"))(socket, data, size, flags, to, length);
  note("sendto", "");
  errno = ENETUNREACH;
  return -1;
}
