using System.Text.RegularExpressions;

namespace ModelMonitor.Host.Scoring;

/// <summary>What a native fault says, without where in the native source it was said.</summary>
internal static partial class OrtErrors
{
    /// <summary>The reason on one line: no error code, no source path, no signature, no stack.</summary>
    public static string OneLine(Exception fault)
    {
        var text = fault.Message;
        text = ErrorCode().Replace(text, "");
        text = SourcePlace().Replace(text, "");
        var line = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return line is null ? fault.GetType().Name : line;
    }

    [GeneratedRegex(@"^\[ErrorCode:\w+\]\s*")]
    private static partial Regex ErrorCode();

    // "/src/core/graph/model.cc:182 onnxruntime::Model::Model(…, const T&) " and "tensorprotoutils.cc:461 ValidateExternalDataPathFromDir "
    [GeneratedRegex(@"[^\s""]+\.(?:cc|cpp|h|hpp):\d+ (?:\w+ (?=[A-Z])|\S[^\n]*?\)\s+(?:\[[^\]]*\]\s+)?(?=\S))")]
    private static partial Regex SourcePlace();
}
