// The viewer on a real terminal: raw keys in, screens out, and everything put back.
// SPDX-License-Identifier: MIT
#include "traces/replay/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "traces/replay/session.hpp"

namespace nsmc::traces {
namespace {

// Keys at once and unseen, and signals as input instead of interruptions: there is no moment at
// which one could leave the terminal raw.
class RawTerminal {
 public:
  RawTerminal() {
    if (::tcgetattr(STDIN_FILENO, &mode_) != 0)
      throw std::system_error(errno, std::generic_category(), "cannot read the terminal's mode");
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) sigaddset(&signals, number);
    signals_ = ::signalfd(-1, &signals, SFD_CLOEXEC);
    if (signals_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
    ::sigprocmask(SIG_BLOCK, &signals, &mask_);
    termios raw = mode_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
  }
  ~RawTerminal() {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode_);
    ::close(signals_);
    ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
    show("\n");
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  // The bytes of some keys, or none and the number of the signal that came first.
  std::string_view wait(int& signal) {
    std::array<pollfd, 2> inputs = {pollfd{signals_, POLLIN, 0}, pollfd{STDIN_FILENO, POLLIN, 0}};
    if (::poll(inputs.data(), inputs.size(), -1) < 0) return {};
    signalfd_siginfo came{};
    if (inputs[0].revents != 0 && ::read(signals_, &came, sizeof came) == sizeof came) {
      signal = static_cast<int>(came.ssi_signo);
      return {};
    }
    const ssize_t got = ::read(STDIN_FILENO, bytes_.data(), bytes_.size());
    if (got <= 0) return "q";  // the end of the input
    return {bytes_.data(), static_cast<std::size_t>(got)};
  }

  static void show(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) return;
      if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  termios mode_{};
  sigset_t mask_{};
  int signals_ = -1;
  std::array<char, 64> bytes_{};
};

// Each line is erased just before it is written: clearing the whole screen would flicker, and
// erasing behind a full line would take its last character.
std::string framed(const std::string& screen) {
  std::string out = "\x1b[H\x1b[K";
  for (const char c : screen) {
    out += c;
    if (c == '\n') out += "\x1b[K";
  }
  return out;
}

}  // namespace

bool on_terminal() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1; }

int replay_on_terminal(Report report, Onward onward) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool colour = (no_color == nullptr || *no_color == '\0') &&
                      (term == nullptr || std::string_view(term) != "dumb");
  Session session(std::move(report), std::move(onward));
  RawTerminal terminal;
  while (!session.state().quit) {
    winsize size{};
    ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    RawTerminal::show(framed(session.screen(size.ws_col > 0 ? size.ws_col : 80,
                                            size.ws_row > 0 ? size.ws_row : 24, colour)));
    int signal = 0;
    std::string_view bytes = terminal.wait(signal);
    if (signal != 0 && signal != SIGWINCH) return 128 + signal;
    while (!bytes.empty() && !session.state().quit) {
      const Key key = take_key(bytes);
      if (key == Key::interrupt) return 128 + SIGINT;
      session.press(key);
    }
  }
  return 0;
}

}  // namespace nsmc::traces
