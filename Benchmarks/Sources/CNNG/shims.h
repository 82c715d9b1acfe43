#pragma once

#include <nng/nng.h>
#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>
#include <nng/protocol/pair0/pair.h>
#include <nng/supplemental/tls/tls.h>
