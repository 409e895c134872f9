using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ModelMonitor.Host.Scoring.Devices;

/// <summary>Which provider ran which operators, as ONNX Runtime's profile of a run tells.</summary>
/// <param name="Nodes">Provider (`CPUExecutionProvider` …) and operator of every node that ran; optimisation may have fused or dropped some of the file's.</param>
internal sealed record NodePlacement(IReadOnlyList<(string Provider, string Operator)> Nodes)
{
    public const string Cpu = "CPUExecutionProvider";

    /// <summary>How many ran elsewhere than on the CPU.</summary>
    public int OnDevice => Nodes.Count(node => node.Provider != Cpu);

    /// <summary>Operators that ran on the CPU, each once.</summary>
    public IReadOnlyList<string> CpuOperators => [.. Nodes.Where(node => node.Provider == Cpu).Select(node => node.Operator).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Loads a session of its own, runs it once and reads the profile.</summary>
    /// <param name="options">Disposed.</param>
    /// <param name="run">Runs the session once.</param>
    /// <exception cref="OnnxRuntimeException">It cannot be loaded or run.</exception>
    public static NodePlacement Measure(ModelFile file, byte[] bytes, SessionOptions options, Action<InferenceSession> run)
    {
        var folder = Directory.CreateTempSubdirectory("modelmonitor-profile-");
        try
        {
            options.ProfileOutputPathPrefix = Path.Combine(folder.FullName, "p");
            options.EnableProfiling = true;
            using var session = SessionLoader.Load(file, options, bytes);
            run(session);
            return Read(File.ReadAllText(session.EndProfiling()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static NodePlacement Read(string profile)
    {
        using var events = JsonDocument.Parse(profile);
        var nodes = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        foreach (var item in events.RootElement.EnumerateArray())
        {
            if (item.GetProperty("cat").GetString() != "Node" || !item.TryGetProperty("args", out var args)) continue;
            // Copies between devices are put in by ONNX Runtime: nodes of its own, none of the model's.
            if (args.TryGetProperty("provider", out var provider) && args.TryGetProperty("op_name", out var operation) && operation.GetString() is not ("MemcpyToHost" or "MemcpyFromHost"))
                nodes[item.GetProperty("name").GetString()!] = (provider.GetString()!, operation.GetString()!);
        }

        return new([.. nodes.Values]);
    }
}
