using System.Security.Cryptography;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Retraining;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>Takes a challenger's file into the state folder and opens its dossier. It is judged afterwards.</summary>
/// <remarks>A challenger that comes again is the same one: known by its file's SHA-256. Killed anywhere in between, the file lies there and nothing points to it, or it is there as a whole.</remarks>
public sealed partial class ChallengerIntake(ModelCatalog catalog, MonitorOptions options, StateWriter writer)
{
    /// <param name="file">Copied.</param>
    /// <param name="version">Null: named after the champion and the attempt.</param>
    /// <param name="source">Who brings it.</param>
    /// <param name="request">The key of the retrain request that it answers; null: none.</param>
    /// <exception cref="ChallengerRefusedException">There is no such model, request or file, or the version is known with another file.</exception>
    public async Task<VersionDossier> AddAsync(string model, string file, string? version, string source, string? request, string? report, CancellationToken cancellationToken)
    {
        var serving = catalog.Find(model) ?? throw new ChallengerRefusedException($"there is no model '{model}'");
        if (serving.Scorer is null) throw new ChallengerRefusedException($"the data of model '{model}' carry their own scores: nothing is scored here, and there is nothing to compare with");
        if (version is not null && !VersionName().IsMatch(version)) throw new ChallengerRefusedException("a version is named with letters, digits and . _ + - alone, begins with a letter or digit, and has 100 characters at most");
        if (serving.Learning is not null) throw new ChallengerRefusedException($"model '{model}' is still learning its baseline: there is nothing to compare with");
        var (kept, sha256) = await KeepAsync(model, file, cancellationToken).ConfigureAwait(false);
        var work = new Work(serving, version, kept, sha256, source, request, report);
        await writer.SubmitAsync(work).ConfigureAwait(false);
        return work.Dossier ?? throw new ChallengerRefusedException(work.Refusal!);
    }

    /// <summary>Copies the file under its own hash. As a stream: a model may be larger than what this process may take of memory.</summary>
    private async Task<(string Kept, string Sha256)> KeepAsync(string model, string file, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.StateFolder, "models", model)).FullName;
        var made = Path.Combine(folder, Guid.NewGuid().ToString("N") + ".new");
        try
        {
            File.Copy(file, made);
            string sha256;
            var copy = File.OpenRead(made);
            await using (copy.ConfigureAwait(false)) sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(copy, cancellationToken).ConfigureAwait(false));
            var kept = Path.Combine(folder, sha256 + ".onnx");
            if (!File.Exists(kept)) File.Move(made, kept, overwrite: true);
            return (kept, sha256);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ChallengerRefusedException($"the challenger's file cannot be read: {e.Message}");
        }
        finally
        {
            File.Delete(made);
        }
    }

    /// <summary>It stands in addresses, commands, file names and label values.</summary>
    [System.Text.RegularExpressions.GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._+-]{0,99}\z")]
    private static partial System.Text.RegularExpressions.Regex VersionName();

    [System.Text.RegularExpressions.GeneratedRegex("-r[0-9]+$")]
    private static partial System.Text.RegularExpressions.Regex Retrained();

    private sealed class Work(MonitoredModel serving, string? version, string onnx, string sha256, string source, string? request, string? report) : IWork
    {
        public int Rows => 0;

        public VersionDossier? Dossier { get; private set; }

        public string? Refusal { get; private set; }

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
        {
            (Dossier, Refusal) = (null, null);
            var (transaction, model, champion) = (scope.Transaction, serving.Name, serving.Baseline.Version);
            var known = await VersionDossier.ReadAsync(transaction, model, cancellationToken).ConfigureAwait(false);
            var asked = request is null ? null : await RetrainRequests.FindAsync(transaction, model, request, cancellationToken).ConfigureAwait(false);
            if (request is not null && asked is null) Refusal = $"model '{model}' has no retrain request '{request}'";
            else if (sha256 == serving.Baseline.ModelSha256) Refusal = $"this is the file of version {champion}, which serves";
            else if (known.FirstOrDefault(d => d.Sha256 == sha256 && (version is null || d.Version == version)) is { } same) Dossier = same;
            else if (version is not null && (version == champion || known.Any(d => d.Version == version) || (await transaction.ReadVersionsAsync(model, cancellationToken).ConfigureAwait(false)).Any(v => v.Version == version)))
                Refusal = $"version '{version}' is known with another file: give the new file a new version";
            if (Refusal is not null) return;
            if (Dossier is null) await OpenAsync(scope, known, champion, cancellationToken).ConfigureAwait(false);
            // The request is answered in the same breath: killed before, it is answered again; after, it is known.
            if (asked is { Status: not RetrainStatus.Failed } && asked.Challenger is null)
                await RetrainRequests.PutAsync(scope, asked with { Status = RetrainStatus.Trained, Challenger = Dossier!.Version, Error = null }, cancellationToken).ConfigureAwait(false);
        }

        private async ValueTask OpenAsync(CommitScope scope, IReadOnlyList<VersionDossier> known, string champion, CancellationToken cancellationToken)
        {
            // Only looks at data cost certainty: whoever was refused or withdrawn before a comparison spent none.
            var attempt = known.Count(d => d.Champion == champion && d.Attempt > 0 && (VersionLifecycle.IsChallenger(d.Stage) || d.Checks.Any(check => check.Name == VersionChecks.Holdout))) + 1;
            // Retrained from what was retrained: the number goes on, the name does not grow.
            var root = Retrained().Replace(champion, "");
            var taken = known.Select(d => d.Version).Concat((await scope.Transaction.ReadVersionsAsync(serving.Name, cancellationToken).ConfigureAwait(false)).Select(v => v.Version)).Append(champion).ToHashSet(StringComparer.Ordinal);
            var name = version ?? Enumerable.Range(1, int.MaxValue - 1).Select(k => FormattableString.Invariant($"{root}-r{k}")).First(candidate => !taken.Contains(candidate));
            Dossier = new()
            {
                Model = serving.Name,
                Version = name,
                Stage = VersionStage.Received,
                Onnx = onnx,
                Sha256 = sha256,
                Source = source,
                Request = request,
                Champion = champion,
                Attempt = attempt,
                ValidateRows = serving.Options.Promotion.ValidateRows,
                ReceivedAt = scope.Now,
                StageSince = scope.Now,
                Report = report,
            };
            await scope.Transaction.PutDocumentAsync(Dossier.ToRecord(), cancellationToken).ConfigureAwait(false);
            await scope.Transaction.AddAuditAsync(new(scope.Now, serving.Name, source, $"version {name} received as a challenger of {champion}", $"sha256 {sha256}, attempt {attempt}"), cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>A challenger is not taken. The message says why, in one line.</summary>
public sealed class ChallengerRefusedException(string message) : Exception(message);
