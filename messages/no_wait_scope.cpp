#include "messages/no_wait_scope.hpp"

namespace midas::internal {

namespace {

thread_local unsigned scopes_on_this_thread = 0;

}  // namespace

no_wait_scope::no_wait_scope() noexcept { ++scopes_on_this_thread; }

no_wait_scope::~no_wait_scope() { --scopes_on_this_thread; }

bool no_wait_scope::active() noexcept { return scopes_on_this_thread != 0; }

}  // namespace midas::internal
