using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Host.Scoring.Devices;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ModelMonitor.Host.Scoring;

/// <summary>Loads sessions that are good guests: no spinning threads, no log on standard error.</summary>
internal static class SessionLoader
{
    private static readonly Lock EnvironmentGate = new();

    /// <summary>What every session gets; the caller disposes it.</summary>
    /// <exception cref="ScoringException">The device is not here.</exception>
    public static SessionOptions Options(ModelFile file, DeviceOptions device)
    {
        SilenceNativeLog();
        var options = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = ScoringDevice.ThreadsOf(device),
            InterOpNumThreads = 1,
            // Patterns are kept per input shape; batches come in any size, so they would only pile up.
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        // Spinning threads burn the cores of the service that this one sits beside.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        // The session is made from bytes, which have no folder of their own to look for weights.
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", file.Folder);
        try
        {
            ScoringDevice.Append(options, device);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    /// <param name="options">Disposed.</param>
    /// <param name="bytes">The file's, or what was made of them.</param>
    /// <exception cref="ScoringException">One line: it is corrupt, or has operators that are unknown.</exception>
    public static InferenceSession Load(ModelFile file, SessionOptions options, byte[] bytes)
    {
        using (options)
        {
            try
            {
                return new InferenceSession(bytes, options);
            }
            catch (OnnxRuntimeException e)
            {
                throw new ScoringException(string.Create(CultureInfo.InvariantCulture, $"{file.Path}: not a model that can be loaded ({file.Bytes.Length} bytes): {OrtErrors.OneLine(e)}"), e);
            }
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
