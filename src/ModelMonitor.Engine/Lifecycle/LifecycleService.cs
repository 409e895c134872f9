using Microsoft.Extensions.Logging;
using ModelMonitor.Core;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Retraining;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>Moves what is under way by one step: requests that are over are given up, models that were trained become challengers, challengers are tested, promoted, watched, rolled back.</summary>
/// <remarks>
/// Each step reads what is committed and commits what follows, so that a process killed anywhere goes on where it was: a step that was not committed is taken again, one that was
/// is not, for it finds the version at another stage. What scores follows what is committed, at the next step at the latest.
/// </remarks>
public sealed class LifecycleService(
    ModelCatalog catalog, MonitorOptions options, TrainedModels trained, ShadowKeeper shadows, ReferenceRenewal renewal, IVersionFiles files, IStateStore store, StateWriter writer, VersionAnnouncer announcer, ITelemetry telemetry, TimeProvider clock, ILogger<LifecycleService> logger) : IDisposable
{
    /// <summary>How long what waits is left alone: reading captured rows again and again would cost more than it tells.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly VersionJudge _judge = new(files, options);
    private readonly HashSet<(string Model, string Version)> _gone = [];
    private readonly Dictionary<(string Model, string Version), (long Until, VersionStage Stage)> _waiting = [];
    private readonly System.Collections.Concurrent.ConcurrentDictionary<(string Model, string Version), string> _waitsFor = [];

    /// <summary>What a version under way waits for, as far as this process knows; null: nothing, or it was not looked at yet.</summary>
    public string? WaitsFor(string model, string version) => _waitsFor.GetValueOrDefault((model, version));

    /// <summary>One step for every model. One model's failure does not stop the next.</summary>
    public async Task StepAsync(CancellationToken cancellationToken)
    {
        foreach (var model in catalog.Models)
        {
            await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await StepAsync(model.Name, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.LifecycleFailed(logger, e, model.Name);
            }
            finally
            {
                _one.Release();
            }
        }
    }

    /// <summary>Lets a version serve that passed all its tests.</summary>
    /// <param name="by">Who says so.</param>
    /// <exception cref="ChallengerRefusedException">There is no such version, or it is not ready.</exception>
    public Task<VersionDossier> PromoteAsync(string model, string version, string by, CancellationToken cancellationToken) => AloneAsync(model, async serving =>
    {
        var dossier = (await DossiersAsync(model, cancellationToken).ConfigureAwait(false)).FirstOrDefault(d => d.Version == version)
            ?? throw new ChallengerRefusedException($"model '{model}' has no version '{version}' on its way; see `modelmonitor models`");
        if (dossier.Stage != VersionStage.Ready)
            throw new ChallengerRefusedException($"version '{version}' of model '{model}' is {VersionLifecycle.Name(dossier.Stage)}{(WaitsFor(model, version) is { } what ? $", and waits for {what}" : "")}: only one that passed all its tests is promoted");
        return await PromoteAsync(serving, dossier, by, "", cancellationToken).ConfigureAwait(false);
    }, cancellationToken);

    /// <summary>Takes the version back that serves, and lets the one before it serve again.</summary>
    /// <param name="by">Who says so.</param>
    /// <exception cref="ChallengerRefusedException">There was none before it, or its file is gone.</exception>
    public Task<VersionDossier> RollBackAsync(string model, string by, string? reason, CancellationToken cancellationToken) => AloneAsync(model, async serving =>
    {
        var dossiers = await DossiersAsync(model, cancellationToken).ConfigureAwait(false);
        var dossier = dossiers.FirstOrDefault(d => d.Version == serving.Baseline.Version);
        return await RollBackAsync(serving, dossiers, dossier ?? throw new ChallengerRefusedException($"model '{model}' is not in the registry yet"), by, reason ?? "", [], cancellationToken).ConfigureAwait(false);
    }, cancellationToken);

    /// <summary>A challenger is not wanted any more.</summary>
    /// <exception cref="ChallengerRefusedException">There is no such challenger.</exception>
    public Task<VersionDossier> WithdrawAsync(string model, string version, string by, CancellationToken cancellationToken) => AloneAsync(model, async serving =>
    {
        var dossier = (await DossiersAsync(model, cancellationToken).ConfigureAwait(false)).FirstOrDefault(d => d.Version == version && VersionLifecycle.IsChallenger(d.Stage))
            ?? throw new ChallengerRefusedException($"model '{model}' has no challenger '{version}'");
        var done = await AdvanceAsync(dossier, VersionEvent.Withdrawn, by, [], cancellationToken).ConfigureAwait(false);
        await shadows.RetireAsync(serving, version).ConfigureAwait(false);
        return done ?? dossier;
    }, cancellationToken);

    public void Dispose() => _one.Dispose();

    private async Task<VersionDossier> AloneAsync(string model, Func<MonitoredModel, Task<VersionDossier>> act, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await act(catalog.Find(model) ?? throw new ChallengerRefusedException($"there is no model '{model}'")).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task StepAsync(string model, CancellationToken cancellationToken)
    {
        await trained.TakeAsync(model, await ReadAsync(reader => RetrainRequests.ReadAsync(reader, model, int.MaxValue, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        var dossiers = await DossiersAsync(model, cancellationToken).ConfigureAwait(false);
        if (catalog.Find(model) is not { Learning: null } serving) return;
        if (dossiers.FirstOrDefault(d => d.Version == serving.Baseline.Version) is { } current)
        {
            if (current.Stage == VersionStage.Watched) await WatchAsync(serving, dossiers, current, cancellationToken).ConfigureAwait(false);
            else await RenewAsync(serving, current, cancellationToken).ConfigureAwait(false);
        }

        foreach (var dossier in dossiers.Where(d => VersionLifecycle.IsChallenger(d.Stage)).OrderBy(d => d.ReceivedAt))
        {
            // The one before may have changed what serves.
            if (catalog.Find(model) is not { } now) continue;
            try
            {
                await AdvanceAsync(now, dossier, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // One version's trouble is not the next one's.
                Log.VersionFailed(logger, e, model, dossier.Version);
                LeaveAlone(dossier);
            }
        }

        dossiers = await DossiersAsync(model, cancellationToken).ConfigureAwait(false);
        await shadows.RetireUnwantedAsync(catalog.Find(model)!, dossiers).ConfigureAwait(false);
        Count(model, dossiers);
    }

    private async Task AdvanceAsync(MonitoredModel serving, VersionDossier dossier, CancellationToken cancellationToken)
    {
        if (dossier.Champion != serving.Baseline.Version)
        {
            await AdvanceAsync(dossier, VersionEvent.Superseded, "monitor", [], cancellationToken).ConfigureAwait(false);
            return;
        }

        if (IsLeftAlone(dossier)) return;
        if (VersionLifecycle.Shadows(dossier.Stage) && !await ShadowsAsync(dossier, cancellationToken).ConfigureAwait(false)) return;
        var key = (dossier.Model, dossier.Version);
        var judgement = dossier.Stage switch
        {
            VersionStage.Received => _judge.Holdout(serving, dossier, cancellationToken),
            VersionStage.HoldoutPassed => await ReadAsync(reader => _judge.ProductionAsync(reader, serving, dossier, Now, cancellationToken), cancellationToken).ConfigureAwait(false),
            VersionStage.Shadowing => await ReadAsync(reader => _judge.ShadowAsync(reader, catalog.Find(serving.Name)!, dossier, Now, cancellationToken), cancellationToken).ConfigureAwait(false),
            _ when serving.Options.Promotion.Automatic => new Judgement([]),
            _ => Judgement.Waiting($"a person: modelmonitor promote --model {dossier.Model} {dossier.Version}"),
        };
        if (judgement.WaitsFor is { } what)
        {
            LeaveAlone(dossier);
            _waitsFor[key] = what;
            return;
        }

        _waitsFor.TryRemove(key, out _);
        if (dossier.Stage == VersionStage.Ready)
        {
            await PromoteAsync(serving, dossier, "monitor", "promotion is automatic", cancellationToken).ConfigureAwait(false);
            return;
        }

        var (passed, failed) = dossier.Stage switch
        {
            VersionStage.Received => (VersionEvent.HoldoutPassed, VersionEvent.HoldoutFailed),
            VersionStage.HoldoutPassed => (VersionEvent.ProductionPassed, VersionEvent.ProductionFailed),
            _ => (VersionEvent.ShadowPassed, VersionEvent.ShadowFailed),
        };
        if (await AdvanceAsync(dossier, judgement.Passed ? passed : failed, "monitor", judgement.Checks, cancellationToken).ConfigureAwait(false) is not { } next) return;
        if (next.Stage == VersionStage.Refused) telemetry.Promotion(dossier.Model, "refused");
        if (VersionLifecycle.Shadows(next.Stage)) await ShadowsAsync(next, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Commits an event, and tells the log.</summary>
    /// <returns>Null: it meant nothing any more.</returns>
    private async Task<VersionDossier?> AdvanceAsync(VersionDossier dossier, VersionEvent happened, string actor, IReadOnlyList<VersionCheck> checks, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var work = new StageWork(dossier, happened, actor, checks, options);
        await writer.SubmitAsync(work).ConfigureAwait(false);
        if (work.Done is { } done) Log.VersionMoved(logger, dossier.Model, StageWork.Told(done), string.Join(' ', checks.Where(c => !c.Passed || done.Stage != VersionStage.Refused).Select(c => c.Text)));
        return work.Done;
    }

    /// <summary>Makes sure that a version scores beside the one that serves.</summary>
    /// <returns>False: its file is of no use any more, and it is refused or withdrawn.</returns>
    private async Task<bool> ShadowsAsync(VersionDossier dossier, CancellationToken cancellationToken)
    {
        if (await shadows.AddAsync(dossier, cancellationToken).ConfigureAwait(false) is not { } unusable) return true;
        await AdvanceAsync(dossier, dossier.Stage == VersionStage.Shadowing ? VersionEvent.ShadowFailed : VersionEvent.Withdrawn, "monitor", [new VersionCheck("shadow", false, unusable)], cancellationToken).ConfigureAwait(false);
        return false;
    }

    private async Task<VersionDossier> PromoteAsync(MonitoredModel serving, VersionDossier dossier, string actor, string reason, CancellationToken cancellationToken)
    {
        if (!await ShadowsAsync(dossier, cancellationToken).ConfigureAwait(false)) throw new ChallengerRefusedException($"the file of version '{dossier.Version}' is of no use any more");
        var now = catalog.Find(serving.Name)!;
        var next = now.Challengers.First(c => c.Baseline.Version == dossier.Version);
        var before = (await DossiersAsync(now.Name, cancellationToken).ConfigureAwait(false)).FirstOrDefault(d => d.Version == now.Baseline.Version);
        var work = new ServingChange(now, next, VersionEvent.Promote, actor, reason, [], options, before is null ? null : Keep(before));
        await ServeAsync(work, next, "promoted").ConfigureAwait(false);
        return work.Serving!;
    }

    private async Task<VersionDossier> RollBackAsync(MonitoredModel serving, IReadOnlyList<VersionDossier> dossiers, VersionDossier dossier, string actor, string reason, IReadOnlyList<VersionCheck> checks, CancellationToken cancellationToken)
    {
        if (dossier.Previous is null || dossiers.FirstOrDefault(d => d.Version == dossier.Previous) is not { } previous)
            throw new ChallengerRefusedException($"before version '{dossier.Version}' of model '{dossier.Model}' there was none to go back to");
        if (serving.Challengers.FirstOrDefault(c => c.Baseline.Version == previous.Version) is not { } next)
        {
            try
            {
                next = files.Open(previous, cancellationToken);
            }
            catch (VersionUnusableException e)
            {
                throw new ChallengerRefusedException($"version '{previous.Version}' of model '{dossier.Model}' cannot come back: {e.Message}");
            }
        }

        var work = new ServingChange(serving, next, VersionEvent.RollBack, actor, reason, checks, options, Keep(dossier));
        try
        {
            await ServeAsync(work, next, "rolled_back").ConfigureAwait(false);
        }
        catch (ChallengerRefusedException) when (!serving.Challengers.Contains(next))
        {
            next.Scorer?.Dispose();
            throw;
        }

        return work.Serving!;
    }

    /// <summary>The commit first, then what scores: killed in between, the registry says at the next start who serves.</summary>
    private async Task ServeAsync(ServingChange work, MonitoredModel next, string outcome)
    {
        await writer.SubmitAsync(work).ConfigureAwait(false);
        if (work.Refusal is { } refusal) throw new ChallengerRefusedException(refusal);
        var before = catalog.Serve(next);
        // What they waited for was of their stages before, and so it is of those that were to take the place of the version before.
        foreach (var key in _waitsFor.Keys.Where(key => key.Model == next.Name)) _waitsFor.TryRemove(key, out _);
        announcer.Challenger(before);
        announcer.Champion(catalog.Find(next.Name)!);
        telemetry.Promotion(next.Name, outcome);
        Log.VersionMoved(logger, next.Name, $"version {next.Baseline.Version} serves", outcome == "promoted" ? $"in place of {before.Baseline.Version}" : $"version {before.Baseline.Version} was rolled back");
    }

    private async Task WatchAsync(MonitoredModel serving, IReadOnlyList<VersionDossier> dossiers, VersionDossier dossier, CancellationToken cancellationToken)
    {
        if (dossiers.FirstOrDefault(d => d.Version == dossier.Previous) is { } previous && await shadows.AddAsync(previous, cancellationToken).ConfigureAwait(false) is { } gone && _gone.Add((previous.Model, previous.Version)))
            Log.PreviousGone(logger, previous.Model, previous.Version, gone);
        var key = (dossier.Model, dossier.Version);
        if (IsLeftAlone(dossier)) return;
        serving = catalog.Find(serving.Name)!;
        var (judgement, looks, over) = await ReadAsync(reader => VersionJudge.WatchAsync(reader, serving, dossier, Now, cancellationToken), cancellationToken).ConfigureAwait(false);
        LeaveAlone(dossier);
        if (judgement.WaitsFor is { } what)
        {
            _waitsFor[key] = what;
            return;
        }

        _waitsFor.TryRemove(key, out _);
        if (!judgement.Passed)
        {
            await RollBackAsync(serving, dossiers, dossier with { Looks = looks }, "monitor", "it is worse than the version before it", judgement.Checks, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (over) await AdvanceAsync(dossier, VersionEvent.WatchPassed, "monitor", judgement.Checks, cancellationToken).ConfigureAwait(false);
        else await writer.SubmitAsync(new LookWork(dossier with { Looks = looks, Checks = [.. dossier.Checks, .. judgement.Checks] })).ConfigureAwait(false);
    }

    private async Task RenewAsync(MonitoredModel serving, VersionDossier dossier, CancellationToken cancellationToken)
    {
        if (IsLeftAlone(dossier)) return;
        LeaveAlone(dossier);
        var key = (dossier.Model, dossier.Version);
        if (await renewal.RenewAsync(serving, dossier, Now, cancellationToken).ConfigureAwait(false) is { } what) _waitsFor[key] = what;
        else _waitsFor.TryRemove(key, out _);
    }

    private bool IsLeftAlone(VersionDossier dossier) => _waiting.TryGetValue((dossier.Model, dossier.Version), out var wait) && wait.Stage == dossier.Stage && Now < wait.Until;

    private void LeaveAlone(VersionDossier dossier) => _waiting[(dossier.Model, dossier.Version)] = (Now + Instant.From(s_patience), dossier.Stage);

    private string? Keep(VersionDossier dossier)
    {
        try
        {
            return dossier.Onnx.Length == 0 ? null : files.Keep(dossier);
        }
        catch (VersionUnusableException e)
        {
            Log.PreviousGone(logger, dossier.Model, dossier.Version, e.Message);
            return null;
        }
    }

    private void Count(string model, IReadOnlyList<VersionDossier> dossiers)
    {
        var stages = dossiers.Where(d => VersionLifecycle.IsChallenger(d.Stage)).GroupBy(d => VersionLifecycle.Name(d.Stage));
        telemetry.Challengers(model, stages.ToDictionary(s => s.Key, s => (s.Count(), Instant.ToTime(s.Min(d => d.StageSince))), StringComparer.Ordinal));
    }

    private long Now => Instant.From(clock.GetUtcNow());

    private Task<IReadOnlyList<VersionDossier>> DossiersAsync(string model, CancellationToken cancellationToken) =>
        ReadAsync(reader => VersionDossier.ReadAsync(reader, model, cancellationToken).AsTask(), cancellationToken);

    private async Task<T> ReadAsync<T>(Func<IStateReader, Task<T>> read, CancellationToken cancellationToken)
    {
        var reader = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false)) return await read(reader).ConfigureAwait(false);
    }

    private sealed class LookWork(VersionDossier dossier) : IWork
    {
        public int Rows => 0;

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
        {
            var current = (await VersionDossier.ReadAsync(scope.Transaction, dossier.Model, cancellationToken).ConfigureAwait(false)).FirstOrDefault(d => d.Version == dossier.Version);
            if (current?.Stage == dossier.Stage && current.Looks + 1 == dossier.Looks) await scope.Transaction.PutDocumentAsync(dossier.ToRecord(), cancellationToken).ConfigureAwait(false);
        }
    }
}
