using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ModelMonitor.Host.Scoring.Devices;

/// <summary>A bounded arena that the CPU's sessions of this process share, where they are configured so; the others have an arena each, without a bound.</summary>
/// <remarks>ONNX Runtime bounds shared arenas only. A run that needs more than is left fails with a message that says so.</remarks>
internal static class CpuArena
{
    /// <summary>The runtime counts in 32 bits.</summary>
    public const long MaxBytes = uint.MaxValue;

    /// <summary>Less would not hold the arena's first chunk.</summary>
    public const long MinBytes = 2L << 20;

    private const int FirstChunkBytes = 1 << 20;

    /// <summary>kSameAsRequested: chunks that double would meet the bound at half of it.</summary>
    private const int AsNeeded = 1;

    private static readonly Lock s_gate = new();
    private static long? s_bytes;

    /// <summary>Lets a session take its memory from the shared arena, made with this bound before the first one.</summary>
    public static void Share(SessionOptions options, long bytes)
    {
        lock (s_gate)
        {
            if (s_bytes != bytes)
            {
                using var cpu = new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default);
                // Sessions that share the one before keep it.
                if (s_bytes is not null) OrtEnv.Instance().UnregisterAllocator(cpu);
                using var bounds = new OrtArenaCfg((uint)bytes, AsNeeded, FirstChunkBytes, maxDeadBytesPerChunk: -1);
                OrtEnv.Instance().CreateAndRegisterAllocator(cpu, bounds);
                s_bytes = bytes;
            }
        }

        options.AddSessionConfigEntry("session.use_env_allocators", "1");
    }
}
