using Apache.Arrow;
using ModelMonitor.Engine.Scoring;
using Polly;
using Polly.CircuitBreaker;

namespace ModelMonitor.Host.Scoring.Devices;

/// <summary>A session on one device.</summary>
internal interface IDeviceSession : IDisposable
{
    UnscoredRow? Score(IArrowArray[][] columns, int rows, Span<double> scores);
}

/// <summary>A place in the order of devices: its session, opened when it is first needed, and again after it was lost.</summary>
/// <param name="open">Throws <see cref="ScoringException"/> where there is no session to be had.</param>
internal sealed class DeviceSlot(string name, Func<IDeviceSession> open, TimeProvider clock) : IDisposable
{
    /// <summary>How long a lost device is left alone.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private (IDeviceSession Session, UseCount Uses)? held;
    private bool disposed;

    public string Name => name;

    /// <summary>Why it was lost last.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>Opens where one batch in ten, of at least two, was lost in half a minute, and lets one through after <see cref="Pause"/>.</summary>
    public ResiliencePipeline<(UnscoredRow? Row, bool Lost)> Guard { get; } = new ResiliencePipelineBuilder<(UnscoredRow? Row, bool Lost)> { TimeProvider = clock }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<(UnscoredRow? Row, bool Lost)>
        {
            FailureRatio = 0.1,
            MinimumThroughput = 2,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = Pause,
            ShouldHandle = outcome => ValueTask.FromResult(outcome.Outcome.Result.Lost),
        })
        .Build();

    /// <exception cref="DeviceLostException">There is no session to be had.</exception>
    public UnscoredRow? Score(IArrowArray[][] columns, int rows, Span<double> scores)
    {
        var (session, uses) = Take();
        try
        {
            return session.Score(columns, rows, scores);
        }
        finally
        {
            uses.End();
        }
    }

    /// <summary>Lets the session go; calls that still run on it end first.</summary>
    public void Lose(string reason)
    {
        lock (gate)
        {
            Fault = reason;
            held?.Uses.Dispose();
            held = null;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            Lose("disposed");
        }
    }

    private (IDeviceSession Session, UseCount Uses) Take()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (held is { } there && there.Uses.TryBegin()) return there;
            try
            {
                var session = open();
                var uses = new UseCount(session.Dispose);
                uses.TryBegin();
                held = (session, uses);
                return (session, uses);
            }
            catch (ScoringException e)
            {
                throw new DeviceLostException(e.Message, e);
            }
        }
    }
}
