using Microsoft.ML.OnnxRuntime;
using ModelMonitor.Engine.Scoring;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ModelMonitor.Host.Scoring.Devices;

/// <summary>Provider libraries named in the configuration; each is registered once in the life of the process.</summary>
internal static class Plugins
{
    private static readonly Lock s_gate = new();
    private static readonly Dictionary<string, IReadOnlyList<OrtEpDevice>> s_devices = new(StringComparer.Ordinal);

    /// <exception cref="ScoringException">The library offers no device here.</exception>
    /// <exception cref="OnnxRuntimeException">It is no provider library.</exception>
    public static void Append(SessionOptions options, string library, IReadOnlyDictionary<string, string> own)
    {
        var devices = DevicesOf(library);
        if (devices.Count == 0) throw new ScoringException($"{library}: the library finds no device on this machine");
        options.AppendExecutionProvider(OrtEnv.Instance(), devices, own);
    }

    private static IReadOnlyList<OrtEpDevice> DevicesOf(string library)
    {
        lock (s_gate)
        {
            if (s_devices.TryGetValue(library, out var known)) return known;
            var environment = OrtEnv.Instance();
            var before = environment.GetEpDevices().Select(device => device.EpName).ToHashSet(StringComparer.Ordinal);
            environment.RegisterExecutionProviderLibrary(Path.GetFileNameWithoutExtension(library), library);
            return s_devices[library] = [.. environment.GetEpDevices().Where(device => !before.Contains(device.EpName))];
        }
    }
}
