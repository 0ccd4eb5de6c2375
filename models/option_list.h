// models/option_list.h: a model's options by name, so that a command line, a configuration file and
// a table of models can all list them without the model knowing of any.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace vqcodec::models {

struct IntegerOption {
  std::int64_t* value;
  std::int64_t least, most;
};
struct RealOption {
  double* value;
  double least, most;
};
struct FlagOption {
  bool* value;
};
struct ChoiceOption {
  std::string* value;
  std::vector<std::string> choices;
};
struct ListOption {  // of sizes
  std::vector<std::int64_t>* values;
  std::int64_t least, most;
};

struct Option {
  std::string name;  // without dashes
  std::string about;
  std::variant<IntegerOption, RealOption, FlagOption, ChoiceOption, ListOption> value;
};

// Borrows what its options point to.
using OptionList = std::vector<Option>;

}  // namespace vqcodec::models
