using System.Globalization;
using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ModelMonitor.Host.Scoring;

/// <summary>Opens ONNX files on ONNX Runtime's CPU provider.</summary>
/// <param name="intraOpThreads">
/// Threads per session, at least 1. With more than one the scores of tree models change in the last bits with the batch size.
/// </param>
/// <remarks>The file is read once: the hash is that of the very bytes that score. Weights in files beside it are found, but not hashed.</remarks>
public sealed class OnnxScorerFactory(int intraOpThreads = 1) : IScorerFactory
{
    private static readonly Lock EnvironmentGate = new();

    // ONNX Runtime takes 0 for every core there is: never what a sidecar wants.
    private readonly int threads = intraOpThreads >= 1 ? intraOpThreads : throw new ArgumentOutOfRangeException(nameof(intraOpThreads));

    /// <inheritdoc/>
    public IScorer Open(ModelOptions model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Onnx is not { } path) throw new ScoringException($"model '{model.Name}' names no onnx file");
        if (model.Device.Count > 0 && !model.Device.Contains("cpu", StringComparer.OrdinalIgnoreCase))
            throw new ScoringException($"{path}: none of the devices {string.Join(", ", model.Device)} is available; this build has cpu");

        var bytes = Read(path);
        var session = Load(path, bytes);
        try
        {
            var inputs = InputPlan.For(path, session.InputNames, session.InputMetadata, model.Inputs);
            var output = ScoreOutput.For(path, session.OutputNames, session.OutputMetadata, model, bytes);
            var scorer = new OnnxScorer(path, session, inputs, output, Convert.ToHexStringLower(SHA256.HashData(bytes))) { Weights = WeightReader.Read(path, bytes) };
            scorer.Probe();
            return scorer;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ScoringException($"{path}: no such file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new ScoringException($"{path}: cannot be read: {OrtErrors.OneLine(e)}", e);
        }
    }

    private InferenceSession Load(string path, byte[] bytes)
    {
        SilenceNativeLog();
        using var options = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            // Patterns are kept per input shape; batches come in any size, so they would only pile up.
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        // Spinning threads burn the cores of the service that this one sits beside.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        // The session is made from bytes, which have no folder of their own to look for weights.
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            return new InferenceSession(bytes, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ScoringException(string.Create(CultureInfo.InvariantCulture, $"{path}: not a model that can be loaded ({bytes.Length} bytes): {OrtErrors.OneLine(e)}"), e);
        }
    }

    /// <summary>Every native fault comes back as an exception, so its second copy on standard error is only noise.</summary>
    private static void SilenceNativeLog()
    {
        lock (EnvironmentGate)
        {
            if (OrtEnv.IsCreated) return;
            var options = new EnvironmentCreationOptions { logId = "modelmonitor", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            OrtEnv.CreateInstanceWithOptions(ref options);
        }
    }
}
