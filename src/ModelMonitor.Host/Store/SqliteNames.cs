using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Store;

/// <summary>The numbers of models, series and served versions, as one connection knows them.</summary>
/// <remarks>
/// Numbers are never reassigned once committed, so what was read stays true. What a transaction interned and then undid
/// is forgotten with everything else: the number will be given to another name. Absence is never remembered.
/// </remarks>
internal sealed class SqliteNames(SqliteSession session)
{
    private readonly Dictionary<string, long> models = [];
    private readonly Dictionary<SeriesKey, long> series = [];
    private readonly Dictionary<long, SeriesKey> seriesById = [];
    private readonly Dictionary<(string Version, string Baseline), long> served = [];
    private readonly Dictionary<long, (string Version, string Baseline)> servedById = [];
    private bool interned;

    /// <summary>The model's number; null where nothing is known of it.</summary>
    public long? FindModel(string name)
    {
        if (models.TryGetValue(name, out var id))
            return id;
        var found = session["SELECT id FROM model WHERE name=$1"].Number(name);
        if (found is { } known)
            models.Add(name, known);
        return found;
    }

    public long Model(string name)
    {
        if (FindModel(name) is { } known)
            return known;
        interned = true;
        session["INSERT INTO model (name) VALUES ($1)"].Run(name);
        return FindModel(name)!.Value;
    }

    /// <summary>The series' number; null where nothing is known of it.</summary>
    public long? FindSeries(SeriesKey key)
    {
        if (series.TryGetValue(key, out var id))
            return id;
        if (FindModel(key.Model) is not { } model)
            return null;
        var found = session["SELECT id FROM series WHERE model=$1 AND version=$2 AND baseline=$3 AND segment=$4"].Number(model, key.Version, key.BaselineHash, key.Segment);
        if (found is { } known)
            Remember(known, key);
        return found;
    }

    public long Series(SeriesKey key)
    {
        if (FindSeries(key) is { } known)
            return known;
        interned = true;
        session["INSERT INTO series (model, version, baseline, segment) VALUES ($1, $2, $3, $4)"].Run(Model(key.Model), key.Version, key.BaselineHash, key.Segment);
        return FindSeries(key)!.Value;
    }

    /// <summary>The series of a number that a row carries.</summary>
    public SeriesKey SeriesOf(long id)
    {
        if (!seriesById.TryGetValue(id, out var key))
        {
            var found = session["SELECT m.name, s.version, s.baseline, s.segment FROM series s JOIN model m ON m.id=s.model WHERE s.id=$1"]
                .First(static row => new[] { row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3) }, id)
                ?? throw Lost("series", id);
            key = new SeriesKey(found[0], found[1], found[2], found[3]);
            Remember(id, key);
        }

        return key;
    }

    public long Served(string version, string baseline)
    {
        if (served.TryGetValue((version, baseline), out var id))
            return id;
        const string find = "SELECT id FROM served WHERE version=$1 AND baseline=$2";
        if (session[find].Number(version, baseline) is not { } known)
        {
            interned = true;
            session["INSERT INTO served (version, baseline) VALUES ($1, $2)"].Run(version, baseline);
            known = session[find].Number(version, baseline)!.Value;
        }

        served[(version, baseline)] = known;
        servedById[known] = (version, baseline);
        return known;
    }

    /// <summary>The version and baseline of a number that a row carries.</summary>
    public (string Version, string Baseline) ServedOf(long id)
    {
        if (!servedById.TryGetValue(id, out var pair))
        {
            var found = session["SELECT version, baseline FROM served WHERE id=$1"].First(static row => new[] { row.GetString(0), row.GetString(1) }, id)
                ?? throw Lost("version", id);
            pair = (found[0], found[1]);
            servedById[id] = pair;
            served[pair] = id;
        }

        return pair;
    }

    public void Committed() => interned = false;

    public void Undone()
    {
        if (!interned)
            return;
        interned = false;
        models.Clear();
        series.Clear();
        seriesById.Clear();
        served.Clear();
        servedById.Clear();
    }

    private void Remember(long id, SeriesKey key)
    {
        series[key] = id;
        seriesById[id] = key;
    }

    private StateStoreException Lost(string what, long id) => new($"The state file '{session.Path}' refers to {what} {id}, which it does not hold.");
}
