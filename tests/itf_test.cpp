// The trace format: what is written comes back, and nothing else is let in.  Files too.
// SPDX-License-Identifier: MIT
#include "traces/itf.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "traces/files.hpp"
#include "traces/json_input.hpp"

namespace nsmc::traces {
namespace {

using Rows = std::vector<std::vector<std::string>>;
Rows rows(const Trace& trace) {
  Rows all;
  for (const auto& [key, value] : trace.meta) all.push_back({key, value});
  for (const TraceStep& step : trace.steps) {
    all.push_back({step.actor, step.action, step.code});
    for (const lang::Field& field : step.fields) all.push_back({field.name, field.value});
  }
  return all;
}
bool same(const Trace& a, const Trace& b) { return rows(a) == rows(b) && a.loop == b.loop; }

Trace small() {
  return {
      {{"property", "I20"}, {"says", "kref is never 0 while \"used\""}},
      {{"", "initial", "", {{"kref", "1"}, {"dead", "false"}, {"who", "7"}, {"at", "-1"}}},
       {"P", "put_pid", "01ff", {{"kref", "0"}, {"dead", "true"}, {"who", "x"}, {"at", "20"}}}}};
}

const std::string kSmall =
    R"({"#meta":{"format":"ITF",)"
    R"("format-description":"https://apalache-mc.org/docs/adr/015adr-trace.html",
"property":"I20",
"says":"kref is never 0 while \"used\"",
"varTypes":{"kref":"Int","dead":"Bool","who":"Str","at":"Int","mbt::actionTaken":"Str"}},
"vars":["kref","dead","who","at","mbt::actionTaken"],
"states":[
{"#meta":{"index":0,"actor":"","code":""},)"
    R"("kref":{"#bigint":"1"},"dead":false,"who":"7","at":{"#bigint":"-1"},)"
    R"("mbt::actionTaken":"initial"},
{"#meta":{"index":1,"actor":"P","code":"01ff"},)"
    R"("kref":{"#bigint":"0"},"dead":true,"who":"x","at":{"#bigint":"20"},)"
    R"("mbt::actionTaken":"put_pid"}
]}
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string refusal(const std::string& text) {
  try {
    from_itf(text, "t.itf.json");
  } catch (const TraceError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Itf, EqualTracesAreEqualBytes) {
  EXPECT_EQ(to_itf(small()), kSmall);
  EXPECT_EQ(to_itf(from_itf(kSmall, "small")), kSmall);
  EXPECT_TRUE(same(from_itf(kSmall, "small"), small()));
}

TEST(Itf, RandomTracesComeBack) {
  std::mt19937 random(20);
  const std::vector<std::string> values = {"0",
                                           "1",
                                           "-1",
                                           "-0",
                                           "007",
                                           "00",
                                           "-",
                                           "",
                                           "true",
                                           "false",
                                           "True",
                                           "1e3",
                                           "0x1f",
                                           "+1",
                                           "12345678901234567890123456789",
                                           "EXIT_ZOMBIE",
                                           "\"",
                                           "\\",
                                           "\n\t\x1b[31m",
                                           "\x7f",
                                           std::string("nul\0nul", 7),
                                           "·",
                                           "\xf0\x9f\x90\xa7",
                                           "#bigint",
                                           "{\"#bigint\":\"1\"}",
                                           " 1"};
  const auto any = [&] { return values[random() % values.size()]; };
  for (int round = 0; round < 2000; ++round) {
    Trace trace;
    for (unsigned i = random() % 4; i > 0; --i) trace.meta["key" + any()] = any();
    const std::size_t fields = random() % 5;
    const std::size_t kinds = 1 + random() % values.size();  // few: then columns have a type
    std::vector<std::string> names;
    for (std::size_t i = 0; i < fields; ++i) names.push_back("f" + std::to_string(i) + any());
    for (std::size_t k = 1 + random() % 5; k > 0; --k) {
      TraceStep step{any(), any(), any(), {}};
      for (const std::string& name : names) step.fields.push_back({name, values[random() % kinds]});
      trace.steps.push_back(step);
    }
    if (random() % 2 == 0) trace.loop = random() % trace.steps.size();
    const std::string text = to_itf(trace);
    ASSERT_TRUE(same(from_itf(text, "random"), trace)) << text;
    ASSERT_EQ(to_itf(from_itf(text, "random")), text);
  }
}

TEST(Itf, OrderBlanksAndVarTypesAreFree) {
  const std::string other = R"({ "states" : [ {"a":{"#bigint":"3"}, "mbt::actionTaken":"initial",
    "#meta":{"code":"","index":0,"actor":""}} ], "vars":["mbt::actionTaken","a"], "#meta":{} })";
  const Trace trace = from_itf(other, "other");
  ASSERT_EQ(trace.steps.size(), 1U);
  EXPECT_EQ(trace.steps[0].fields[0].value, "3");
  EXPECT_EQ(trace.steps[0].action, "initial");
}

struct Refusal {
  std::string from, to;  // in kSmall
  std::string says;      // after "t.itf.json:"
};

TEST(Itf, EachRefusalSaysWhereWhatAndTheWayOut) {
  const std::vector<Refusal> refusals = {
      {R"("kref":{"#bigint":"1"},)", "", "7:1: state 0 does not define kref; every state defines"},
      {R"("who":"x")", R"("who":"x","why":"y")", "8:93: state 1 defines why, which is not in vars"},
      {R"("who":"x")", R"("who":"x","who":"x")", R"(8:93: the key "who" appears twice)"},
      {R"("who":"x")", R"("who":"x","w\u0068o":"x")", R"(8:93: the key "who" appears twice)"},
      {R"({"#bigint":"0"})", R"({"#foo":"0"})", "8:55: kref is an object with the member #foo;"},
      {R"({"#bigint":"0"})", R"({"#bigint":"0x1f"})", "8:66: #bigint is not a decimal integer"},
      {R"({"#bigint":"0"})", R"({"#bigint":0})", "8:66: #bigint is not a decimal integer in quo"},
      {R"({"#bigint":"0"})", "0", "8:55: kref is a bare number; a value is a string, true, fal"},
      {R"({"#bigint":"0"})", "\"0\"", "8:55: kref is Str here; it must be Int in every state"},
      {R"({"#bigint":"0"})", "1e999", "8:55: number overflow parsing '1e999'; the file must be"},
      {R"({"#bigint":"0"})", "01", "8:55: syntax error while parsing object - unexpected numb"},
      {R"({"#bigint":"0"})", "NaN", "8:55: syntax error while parsing value - invalid literal"},
      {"\"index\":1", "\"index\":2", "8:19: state 1 has index 2; states are numbered from 0"},
      {"\"index\":1", "\"index\":\"1\"", "8:19: index is a string; it must be a bare number"},
      {"\"index\":1", "\"indez\":1", "8:11: the unknown key indez in the #meta of a state; all"},
      {R"("index":1,)", "", "8:10: state 1 has no index; it must have one"},
      {R"("code":"01ff")", R"("code":null)", "8:40: code is null; it must be a string"},
      {R"("#meta":{"index":1,"actor":"P","code":"01ff"},)", "", "8:1: state 1 has no #meta; it"},
      {"\"states\"", "\"statez\"", "6:1: the unknown key statez in the file; allowed are #meta"},
      {"\"ITF\"", "\"ITG\"", R"(1:20: the format is "ITG"; it must be ITF)"},
      {R"("property":"I20")", R"("property":20)", "2:12: a member of #meta is a bare number; i"},
      {"\"at\",", "\"at\",\"at\",", "5:34: at is twice in vars; remove one"},
      {R"(["kref")", R"(["#kref")", R"(5:9: a variable is called "#kref"; names are not empty)"},
      {R"("at","mbt::actionTaken"])", R"("at"])", "5:8: mbt::actionTaken is not in vars; it mu"},
      {R"("at":"Int",)", "", "4:12: varTypes has 4 of 5 variables; it must have all of them"},
      {R"("at":"Int")", R"("az":"Int")", "4:52: az has a type and is not in vars; varTypes li"},
      {R"("at":"Int")", R"("at":"Set")", "4:57: at has type Set; it must be Int, Bool or Str"},
      {R"("at":"Int")", R"("at":"Bool")", "7:94: at is Int here; it must be Bool in every st"},
      {R"(n":"Str")", R"(n":"Int")", "4:82: mbt::actionTaken has type Int; it must be Str"},
      {"I20",
       "I\xff"
       "0",
       "2:14: syntax error while parsing value - invalid string: ill-formed"},
      {"I20", "\x1b[31m", "2:13: syntax error while parsing value - invalid string: control"},
      {"I20", "\\ud800", "2:19: syntax error while parsing value - invalid string: surrogate"},
      {"I20", std::string(1, '\0'), "2:13: a NUL byte; the file is damaged"},
      {"I20", std::string(70000, 'a'), "2:12: a string of 70000 bytes; at most 65536 are read"},
      {"\"I20\"", std::string(20, '['), "2:26: nested deeper than 16; a trace needs a depth"},
      {"{\"#meta\"", "\xEF\xBB\xBF{\"#meta\"", "1:1: a byte order mark; remove it"},
      {"\n]}\n", "\n],\n\"loop\":2}\n",
       "10:8: the loop starts at state 2; there are states 0 to 1"},
      {"\n]}\n", "\n],\n\"loop\":\"0\"}\n", "10:8: loop is a string; it must be a bare number"},
      {"\n]}\n", "\n]}\n{}",
       "10:1: syntax error while parsing value - unexpected '{'; expected end"},
      {"\n]}\n", "\n]", "9:2: syntax error while parsing object - unexpected end of input; exp"},
  };
  for (const Refusal& one : refusals) {
    const std::string text = replaced(kSmall, one.from, one.to);
    const std::string expected = "t.itf.json:" + one.says;
    EXPECT_EQ(refusal(text).substr(0, expected.size()), expected) << refusal(text);
  }
  EXPECT_EQ(refusal("[]"), "t.itf.json:1:1: the file is an array; it must be an object");
  EXPECT_EQ(refusal(R"({"#meta":{},"vars":["mbt::actionTaken"],"states":[]})"),
            "t.itf.json:1:50: states is empty; a trace has at least its initial state");
  EXPECT_EQ(refusal("").substr(0, 15), "t.itf.json:1:1:");
}

TEST(Itf, WhatNoSystemMayProduceIsNotWritten) {
  const auto refused = [](const auto& change) {
    Trace trace = small();
    change(trace);
    EXPECT_THROW(to_itf(trace), std::invalid_argument);
  };
  refused([](Trace& t) { t.steps.clear(); });
  refused([](Trace& t) { t.loop = t.steps.size(); });
  refused([](Trace& t) { t.meta["format"] = "TFI"; });
  refused([](Trace& t) { t.meta["says"] = "\xff"; });
  refused([](Trace& t) { t.steps[1].fields.pop_back(); });
  refused([](Trace& t) { std::swap(t.steps[1].fields[0], t.steps[1].fields[1]); });
  for (const char* name : {"", "#meta", "mbt::actionTaken", "dead"})
    refused([name](Trace& t) { t.steps[0].fields[0].name = t.steps[1].fields[0].name = name; });
}

TEST(Itf, NoTruncatedTextIsAccepted) {
  const std::string text = kSmall.substr(0, kSmall.size() - 1);  // the final newline is no loss
  for (std::size_t size = 0; size < text.size(); ++size)
    ASSERT_NE(refusal(text.substr(0, size)), "accepted") << size;
}

TEST(Itf, HostileNestingIsRefusedAtOnce) {
  for (const char* open : {"[", "{\"a\":"}) {
    std::string text;
    for (int i = 0; i < 1'000'000; ++i) text += open;
    EXPECT_NE(refusal(text).find("nested deeper than 16"), std::string::npos);
  }
}

TEST(JsonInput, LimitsHold) {
  const auto refused = [](const JsonLimits& limits) {
    try {
      JsonDocument(R"({"a":["bcd",1]})", "t", limits);
    } catch (const TraceError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(refused({}), "accepted");
  EXPECT_EQ(refused({.bytes_max = 14}), "t:1:1: the file has 15 bytes; at most 14 are read");
  EXPECT_EQ(refused({.depth_max = 1}).substr(0, 28), "t:1:6: nested deeper than 1;");
  EXPECT_EQ(refused({.string_bytes_max = 2}).substr(0, 26), "t:1:7: a string of 3 bytes");
  EXPECT_EQ(refused({.values_max = 3}).substr(0, 23), "t:1:13: more than 3 val");
}

class Files : public testing::Test {
 protected:
  Files() : folder_(testing::TempDir() + "nsmc-XXXXXX") {
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
  }
  ~Files() override { std::filesystem::remove_all(folder_); }
  std::string in_folder(const std::string& name) const { return folder_ + "/" + name; }
  std::size_t entries() const {
    const auto all = std::filesystem::directory_iterator(folder_);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  std::string folder_;
};

template <class Act>
std::string failure(Act act) {
  try {
    act();
  } catch (const FileError& error) {
    return std::to_string(error.exit_code) + " " + error.what();
  }
  return "no failure";
}

TEST_F(Files, AreReplacedWhole) {
  const std::string path = in_folder("a.json");
  const std::string large(1'000'000, 'x');
  for (const std::string& content : {std::string("old"), large, std::string()}) {
    write_atomically(path, content);
    EXPECT_EQ(read_file(path), content);
    EXPECT_EQ(entries(), 1U);
  }
}

TEST_F(Files, ALinkIsReplacedAndNotFollowed) {
  write_atomically(in_folder("victim"), "old");
  ASSERT_EQ(::symlink("victim", in_folder("link").c_str()), 0);
  write_atomically(in_folder("link"), "new");
  EXPECT_EQ(read_file(in_folder("victim")), "old");
  EXPECT_EQ(read_file(in_folder("link")), "new");
}

TEST_F(Files, FailuresNameTheFileTheReasonAndTheExitCode) {
  EXPECT_EQ(failure([] { write_atomically("/dev/null/x", "y"); }),
            "73 cannot create /dev/null/x: Not a directory");
  EXPECT_EQ(failure([&] { write_atomically(in_folder("no/x"), "y"); }),
            "73 cannot create " + in_folder("no/x") + ": No such file or directory");
  EXPECT_EQ(failure([&] { write_atomically(folder_, "y"); }),
            "73 cannot replace " + folder_ + ": Is a directory");
  EXPECT_EQ(entries(), 0U);
  EXPECT_EQ(failure([&] { read_file(in_folder("\x1b[31m")); }),
            "66 cannot read " + in_folder("\\x1b[31m") + ": No such file or directory");
  EXPECT_EQ(failure([&] { read_file(folder_); }), "66 cannot read " + folder_ + ": Is a directory");
  EXPECT_EQ(failure([] { read_file("/dev/zero", 1000); }),
            "65 cannot read /dev/zero: more than 1000 bytes");
  EXPECT_EQ(failure([] { read_file("/proc/self/mem"); }),
            "74 cannot read /proc/self/mem: Input/output error");
}

}  // namespace
}  // namespace nsmc::traces
