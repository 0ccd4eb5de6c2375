// tools/evaluate/gnuplot.h: pictures drawn by gnuplot, where it is installed.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace vqcodec::tools {

// Text between single quotes, where nothing is special, not even a backquote; without control
// characters, which would end the line.
std::string gnuplot_literal(std::string_view text);
// The same with a typographic apostrophe: gnuplot 5.4 loses count of doubled quotes in a long
// command.
std::string gnuplot_title(std::string_view text);

// One picture in each format. settings: data and axes; plot_command: "plot ..." and a line's end.
std::string gnuplot_in_both_formats(const std::string& settings, const std::string& plot_command,
                                    const std::string& svg_path, const std::string& png_path);

// What gnuplot is told, given where the pictures go.
using GnuplotScript =
    std::function<std::string(const std::string& svg_path, const std::string& png_path)>;

// Writes <path>.svg and <path>.png. False, and nothing written, where there is no gnuplot. Throws
// Error(kResource) where it fails.
bool run_gnuplot(const std::filesystem::path& path, const GnuplotScript& script);

}  // namespace vqcodec::tools
